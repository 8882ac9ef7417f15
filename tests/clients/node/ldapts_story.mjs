// ldapts, the client most Node programs use today.
import assert from "node:assert/strict";
import { Attribute, Change, Client, InvalidCredentialsError, AlreadyExistsError } from "ldapts";
import { BASE, CA, LDAP, LDAPS, PARK, PASSWORD, STAFF, USER, step } from "./story.mjs";

const client = new Client({ url: LDAP });
const name = `CN=Nora Ts,${STAFF}`;

await step("bind", () => client.bind(USER, PASSWORD));

await step("bind-refused", async () => {
  const wrong = new Client({ url: LDAP });
  await assert.rejects(wrong.bind(USER, "no"), (error) => {
    return error instanceof InvalidCredentialsError && error.message.includes("data 52e");
  });
});

await step("search", async () => {
  const { searchEntries } = await client.search(STAFF, {
    filter: "(sAMAccountName=u0007)",
    attributes: ["cn", "objectGUID", "memberOf"],
    explicitBufferAttributes: ["objectGUID"],
  });
  assert.equal(searchEntries.length, 1);
  assert.equal(searchEntries[0].cn, "User 0007");
  assert.equal(searchEntries[0].objectGUID.length, 16);
});

await step("paged", async () => {
  const { searchEntries } = await client.search(STAFF, {
    filter: "(objectClass=user)",
    attributes: ["cn"],
    paged: { pageSize: 400 },
  });
  assert.equal(searchEntries.length, 1500);
});

await step("add", () =>
  client.add(name, { objectClass: "user", sAMAccountName: "norats", displayName: "Nora Zürich" }),
);

await step("add-refused", async () => {
  const again = client.add(name, { objectClass: "user", sAMAccountName: "norats2" });
  await assert.rejects(again, AlreadyExistsError);
});

await step("modify", async () => {
  const modification = new Attribute({ type: "title", values: ["Clerk"] });
  await client.modify(name, new Change({ operation: "replace", modification }));
});

await step("start-tls", async () => {
  const upgraded = new Client({ url: LDAP });
  await upgraded.startTLS({ ca: [CA] });
  await upgraded.bind(USER, PASSWORD);
  await upgraded.unbind();
});

await step("ldaps", async () => {
  const secure = new Client({ url: LDAPS, tlsOptions: { ca: [CA] } });
  await secure.bind(USER, PASSWORD);
  await secure.unbind();
});

await step("move", () => client.modifyDN(name, `CN=Nora Moved,${PARK}`));

await step("delete", async () => {
  await client.del(`CN=Nora Moved,${PARK}`);
  const { searchEntries } = await client.search(BASE, { filter: "(sAMAccountName=norats)" });
  assert.equal(searchEntries.length, 0);
});

await client.unbind();
process.exit(); // connections that were refused stay open otherwise
