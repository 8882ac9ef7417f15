// ldapts, the client most Node programs use today.
import assert from "node:assert/strict";
import {
  AlreadyExistsError,
  Attribute,
  Change,
  Client,
  Control,
  InvalidCredentialsError,
  NoSuchObjectError,
} from "ldapts";
import {
  BASE,
  CA,
  DEFAULTS,
  LDAP,
  LDAPS,
  PARK,
  PASSWORD,
  SHOW_DELETED,
  STAFF,
  USER,
  step,
} from "./story.mjs";

const client = new Client({ url: LDAP });
const name = `CN=Nora Ts,${STAFF}`;
const moved = `CN=Nora Moved,${PARK}`;

/** One object by its name. */
async function read(dn, attributes) {
  const { searchEntries } = await client.search(dn, { scope: "base", attributes });
  assert.equal(searchEntries.length, 1);
  return searchEntries[0];
}

/** One change of a kind to an attribute. */
const change = (operation, type, values) =>
  new Change({ operation, modification: new Attribute({ type, values }) });

const untrusted = { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" };

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
  assert.equal(searchEntries[0].memberOf, `CN=Everyone Else,${STAFF}`);
  assert.deepEqual(Object.keys(searchEntries[0]).sort(), ["cn", "dn", "memberOf", "objectGUID"]);
});

await step("paged", async () => {
  const { searchEntries } = await client.search(STAFF, {
    filter: "(objectClass=user)",
    attributes: ["cn"],
    paged: { pageSize: 400 },
  });
  assert.equal(searchEntries.length, 1500);
});

await step("add", async () => {
  const displayName = "Nora Zürich";
  await client.add(name, { objectClass: "user", sAMAccountName: "norats", displayName });
  const made = await read(name, [...Object.keys(DEFAULTS), "displayName", "whenCreated"]);
  const { dn, whenCreated, ...rest } = made;
  assert.deepEqual(rest, { ...DEFAULTS, displayName });
  assert.match(whenCreated, /^\d{14}\.0Z$/);
});

await step("add-refused", async () => {
  const other = client.add(`CN=Other,${STAFF}`, { objectClass: "user", sAMAccountName: "NORATS" });
  await assert.rejects(other, (error) => {
    return error instanceof AlreadyExistsError && error.message.startsWith("00000524: ");
  });
});

await step("modify", async () => {
  const smtp = ["SMTP:nora@example.test", "smtp:n.ts@example.test"];
  await client.modify(name, [
    change("add", "proxyAddresses", smtp),
    change("replace", "title", ["Clerk"]),
  ]);
  await client.modify(name, change("replace", "title", ["Baker"]));
  const some = await read(name, ["proxyAddresses", "title"]);
  assert.deepEqual(some.proxyAddresses.sort(), smtp.sort());
  assert.equal(some.title, "Baker");
  await client.modify(name, [
    change("delete", "proxyAddresses", ["smtp:n.ts@example.test"]),
    change("delete", "title", []),
  ]);
  const fewer = await read(name, ["proxyAddresses", "title"]);
  assert.deepEqual(fewer.proxyAddresses, "SMTP:nora@example.test");
  assert.deepEqual(fewer.title, []); // this client's way to say: no value
});

await step("start-tls", async () => {
  const upgraded = new Client({ url: LDAP });
  await upgraded.startTLS({ ca: [CA] });
  await upgraded.bind(USER, PASSWORD);
  await upgraded.unbind();
  await assert.rejects(new Client({ url: LDAP }).startTLS({}), untrusted);
});

await step("ldaps", async () => {
  const secure = new Client({ url: LDAPS, tlsOptions: { ca: [CA] } });
  await secure.bind(USER, PASSWORD);
  await secure.unbind();
  await assert.rejects(new Client({ url: LDAPS }).bind(USER, PASSWORD), untrusted);
});

await step("move", async () => {
  await client.modifyDN(name, moved);
  const { dn, ...rest } = await read(moved, ["cn", "sAMAccountName"]);
  assert.deepEqual(rest, { cn: "Nora Moved", sAMAccountName: "norats" });
  await assert.rejects(read(name, ["cn"]), NoSuchObjectError);
});

await step("delete", async () => {
  await client.del(moved);
  await assert.rejects(read(moved, ["cn"]), NoSuchObjectError);
});

await step("tombstone", async () => {
  const sought = { filter: "(sAMAccountName=norats)", attributes: ["isDeleted"] };
  assert.equal((await client.search(BASE, sought)).searchEntries.length, 0);
  const shown = new Control(SHOW_DELETED, { critical: true });
  const { searchEntries } = await client.search(BASE, sought, shown);
  assert.equal(searchEntries.length, 1);
  assert.equal(searchEntries[0].isDeleted, "TRUE");
  assert.match(searchEntries[0].dn, /\\0ADEL:/);
});

await client.unbind();
process.exit(); // connections that were refused stay open otherwise
