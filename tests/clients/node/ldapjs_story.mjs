// ldapjs, retired by its authors and still in many programs.
import assert from "node:assert/strict";
import ldapjs from "ldapjs";
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

const client = ldapjs.createClient({ url: LDAP });
const name = `CN=Jo Js,${STAFF}`;
const moved = `CN=Jo Moved,${PARK}`;
const promise = (work) =>
  new Promise((resolve, reject) => {
    work((error, result) => (error ? reject(error) : resolve(result)));
  });

async function search(base, options, controls = []) {
  const found = await promise((done) => client.search(base, options, controls, done));
  return new Promise((resolve, reject) => {
    const entries = [];
    found.on("searchEntry", (entry) => entries.push(entry.pojo));
    found.on("error", reject);
    found.on("end", () => resolve(entries));
  });
}

/** One object by its name: lists of values by attribute. */
async function read(dn, attributes) {
  const [found] = await search(dn, { scope: "base", attributes });
  return Object.fromEntries(found.attributes.map(({ type, values }) => [type, values]));
}

const modify = (operation, type, values) => {
  const change = new ldapjs.Change({ operation, modification: { type, values } });
  return promise((done) => client.modify(name, change, done));
};

const untrusted = { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" };

await step("bind", () => promise((done) => client.bind(USER, PASSWORD, done)));

// No step: in this and in every refusal, the client keeps the words of the server to itself.
const wrong = ldapjs.createClient({ url: LDAP });
await assert.rejects(
  promise((done) => wrong.bind(USER, "no", done)),
  { code: 49, message: "Invalid Credentials" },
);
wrong.destroy();

await step("search", async () => {
  const options = { scope: "sub", filter: "(sAMAccountName=u0007)", attributes: ["cn"] };
  const found = await search(STAFF, options);
  assert.equal(found.length, 1);
  const [{ type, values }, ...others] = found[0].attributes;
  assert.deepEqual([type, values, others], ["cn", ["User 0007"], []]);
});

await step("paged", async () => {
  const every = { scope: "sub", filter: "(objectClass=user)", attributes: ["cn"] };
  const options = { ...every, paged: { pageSize: 500 } };
  assert.equal((await search(STAFF, options)).length, 1500);
});

await step("add", async () => {
  await promise((done) => client.add(name, { objectClass: "user", sAMAccountName: "jojs" }, done));
  const { whenCreated, ...rest } = await read(name, [...Object.keys(DEFAULTS), "whenCreated"]);
  const defaults = Object.entries(DEFAULTS).map(([type, value]) => [type, [value]]);
  assert.deepEqual(rest, Object.fromEntries(defaults));
  assert.match(whenCreated[0], /^\d{14}\.0Z$/);
});

await step("modify", async () => {
  const smtp = ["SMTP:jo@example.test", "smtp:j.js@example.test"];
  await modify("add", "proxyAddresses", smtp);
  await modify("replace", "title", ["Clerk"]);
  await modify("replace", "title", ["Baker"]);
  const some = await read(name, ["proxyAddresses", "title"]);
  assert.deepEqual(some.proxyAddresses.sort(), smtp.sort());
  assert.deepEqual(some.title, ["Baker"]);
  await modify("delete", "proxyAddresses", ["smtp:j.js@example.test"]);
  await modify("delete", "title", []);
  const fewer = await read(name, ["proxyAddresses", "title"]);
  assert.deepEqual(fewer, { proxyAddresses: ["SMTP:jo@example.test"] });
});

await step("compare", async () => {
  const compare = (value) => promise((done) => client.compare(name, "sAMAccountName", value, done));
  assert.equal(await compare("JOJS"), true);
  assert.equal(await compare("joja"), false);
});

await step("start-tls", async () => {
  const upgraded = ldapjs.createClient({ url: LDAP });
  await promise((done) => upgraded.starttls({ ca: [CA] }, [], done));
  await promise((done) => upgraded.bind(USER, PASSWORD, done));
  upgraded.destroy();
  const stranger = ldapjs.createClient({ url: LDAP });
  await assert.rejects(promise((done) => stranger.starttls({}, [], done)), untrusted);
  stranger.destroy();
});

await step("ldaps", async () => {
  const secure = ldapjs.createClient({ url: LDAPS, tlsOptions: { ca: [CA] } });
  await promise((done) => secure.bind(USER, PASSWORD, done));
  secure.destroy();
  const stranger = ldapjs.createClient({ url: LDAPS });
  const refused = new Promise((_, reject) => stranger.on("error", reject));
  await assert.rejects(refused, untrusted);
  stranger.destroy();
});

await step("move", async () => {
  await promise((done) => client.modifyDN(name, moved, done));
  const found = await read(moved, ["cn", "sAMAccountName"]);
  assert.deepEqual(found, { cn: ["Jo Moved"], sAMAccountName: ["jojs"] });
  await assert.rejects(read(name, ["cn"]), ldapjs.NoSuchObjectError);
});

await step("delete", async () => {
  await promise((done) => client.del(moved, done));
  await assert.rejects(read(moved, ["cn"]), ldapjs.NoSuchObjectError);
});

await step("tombstone", async () => {
  const filter = "(sAMAccountName=jojs)";
  const sought = () => ({ scope: "sub", filter, attributes: ["isDeleted"] });
  assert.equal((await search(BASE, sought())).length, 0);
  const shown = new ldapjs.Control({ type: SHOW_DELETED, criticality: true });
  const found = await search(BASE, sought(), [shown]);
  assert.equal(found.length, 1);
  assert.deepEqual(found[0].attributes[0].values, ["TRUE"]);
  assert.match(found[0].objectName, /\\0ADEL:/i);
});

client.unbind();
client.destroy();
process.exit(); // connections that were refused stay open otherwise
