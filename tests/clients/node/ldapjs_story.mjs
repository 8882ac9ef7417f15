// ldapjs, retired by its authors and still in many programs.
import assert from "node:assert/strict";
import ldapjs from "ldapjs";
import { CA, LDAP, LDAPS, PARK, PASSWORD, STAFF, USER, step } from "./story.mjs";

const client = ldapjs.createClient({ url: LDAP });
const name = `CN=Jo Js,${STAFF}`;
const promise = (work) =>
  new Promise((resolve, reject) => work((error, result) => (error ? reject(error) : resolve(result))));

async function search(base, options) {
  const found = await promise((done) => client.search(base, options, done));
  return new Promise((resolve, reject) => {
    const entries = [];
    found.on("searchEntry", (entry) => entries.push(entry.pojo));
    found.on("error", reject);
    found.on("end", () => resolve(entries));
  });
}

await step("bind", () => promise((done) => client.bind(USER, PASSWORD, done)));

await step("bind-refused", async () => {
  const wrong = ldapjs.createClient({ url: LDAP });
  await assert.rejects(
    promise((done) => wrong.bind(USER, "no", done)),
    (error) => error.code === 49, // this client keeps the diagnostic message to itself
  );
  wrong.destroy();
});

await step("search", async () => {
  const found = await search(STAFF, { scope: "sub", filter: "(sAMAccountName=u0007)" });
  assert.equal(found.length, 1);
});

await step("paged", async () => {
  const options = { scope: "sub", filter: "(objectClass=user)", attributes: ["cn"], paged: { pageSize: 500 } };
  assert.equal((await search(STAFF, options)).length, 1500);
});

await step("add", () =>
  promise((done) => client.add(name, { objectClass: "user", sAMAccountName: "jojs" }, done)),
);

await step("modify", () => {
  const modification = { type: "title", values: ["Clerk"] };
  const change = new ldapjs.Change({ operation: "replace", modification });
  return promise((done) => client.modify(name, change, done));
});

await step("compare", async () => {
  assert.equal(await promise((done) => client.compare(name, "title", "Clerk", done)), true);
});

await step("start-tls", async () => {
  const upgraded = ldapjs.createClient({ url: LDAP });
  await promise((done) => upgraded.starttls({ ca: [CA] }, [], done));
  await promise((done) => upgraded.bind(USER, PASSWORD, done));
  upgraded.destroy();
});

await step("ldaps", async () => {
  const secure = ldapjs.createClient({ url: LDAPS, tlsOptions: { ca: [CA] } });
  await promise((done) => secure.bind(USER, PASSWORD, done));
  secure.destroy();
});

await step("move", () => promise((done) => client.modifyDN(name, `CN=Jo Moved,${PARK}`, done)));

await step("delete", () => promise((done) => client.del(`CN=Jo Moved,${PARK}`, done)));

client.unbind();
client.destroy();
process.exit(); // connections that were refused stay open otherwise
