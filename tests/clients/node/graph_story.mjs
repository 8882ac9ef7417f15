// Microsoft's client for Graph with Azure's identities, and MSAL by itself.
import assert from "node:assert/strict";
import { ClientSecretCredential } from "@azure/identity";
import {
  ConfidentialClientApplication,
  CryptoProvider,
  PublicClientApplication,
} from "@azure/msal-node";
import { Client, PageIterator, RetryHandlerOptions } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { step } from "./steps.mjs";

const { GRAPH_URL, AUTHORITY, TENANT_ID, CLIENT_ID, CLIENT_SECRET } = process.env;
const { KEEP, DOUBLE, NAME, PASSWORD } = process.env;
const RETRY_AFTER = Number(process.env.RETRY_AFTER); // seconds
const ANCHOR = "Oywdb1lKh06bDB0uP0BRYg=="; // that of the duplicate
const OTHER_ANCHOR = "AAAAAAAAAAAAAAAAAAAAAA==";
const EVERYBODY = 252;
const THROTTLED = "44444444-0000-4000-8000-000000000000"; // a group that is not there
const scopes = ["https://graph.microsoft.com/.default"];
const auth = {
  clientId: CLIENT_ID,
  authority: `${AUTHORITY}/${TENANT_ID}`,
  knownAuthorities: [new URL(AUTHORITY).host],
};

await step("msal-token", async () => {
  const secret = { ...auth, clientSecret: CLIENT_SECRET };
  const application = new ConfidentialClientApplication({ auth: secret });
  const answer = await application.acquireTokenByClientCredential({ scopes });
  assert.ok(answer.accessToken);
});

// A person signs in through a program on her own machine.
const program = new PublicClientApplication({ auth });
const wanted = { scopes: ["User.Read"] };

async function checkPerson(answer) {
  assert.equal(answer.account.username, NAME);
  const headers = { Authorization: `Bearer ${answer.accessToken}` };
  const me = await (await fetch(`${GRAPH_URL}/v1.0/me`, { headers })).json();
  assert.equal(me.id, KEEP);
}

await step("password", async () => {
  const login = { ...wanted, username: NAME, password: PASSWORD };
  await checkPerson(await program.acquireTokenByUsernamePassword(login));
  const wrong = program.acquireTokenByUsernamePassword({ ...login, password: `${PASSWORD}x` });
  await assert.rejects(wrong, (error) => error.errorMessage.includes("AADSTS50126"));
});

await step("device-code", async () => {
  let told;
  const deviceCodeCallback = (code) => (told = code);
  const answer = await program.acquireTokenByDeviceCode({ ...wanted, deviceCodeCallback });
  assert.ok(told.userCode && told.message.includes(told.userCode));
  await checkPerson(answer);
});

await step("authorization-code", async () => {
  const redirectUri = "http://localhost:5000/signed-in";
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  // What a browser does: it is sent back to the program, with the code in the address.
  const browse = async () => {
    const address = await program.getAuthCodeUrl({
      ...wanted,
      redirectUri,
      loginHint: NAME,
      codeChallenge: challenge,
      codeChallengeMethod: "S256",
    });
    const { headers } = await fetch(address, { redirect: "manual" });
    assert.ok(headers.get("location").startsWith(`${redirectUri}?`));
    return new URL(headers.get("location")).searchParams.get("code");
  };
  const redeem = async (codeVerifier) => {
    const code = await browse();
    return program.acquireTokenByCode({ ...wanted, redirectUri, code, codeVerifier });
  };
  await checkPerson(await redeem(verifier));
  // Without the verifier, which only the program knows, a code is worth nothing.
  await assert.rejects(redeem("x".repeat(43)), (error) => error.errorCode === "invalid_grant");
});

await step("refresh-token", async () => {
  const [account] = await program.getAllAccounts();
  const again = await program.acquireTokenSilent({ ...wanted, account });
  assert.ok(again.fromCache);
  const renewed = await program.acquireTokenSilent({ ...wanted, account, forceRefresh: true });
  assert.ok(!renewed.fromCache);
  assert.notEqual(renewed.accessToken, again.accessToken);
  await checkPerson(renewed);
});

const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET, {
  authorityHost: AUTHORITY,
  disableInstanceDiscovery: true,
});
const graph = Client.initWithMiddleware({
  authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes }),
  baseUrl: GRAPH_URL,
  customHosts: new Set([new URL(GRAPH_URL).hostname]),
});

await step("token", async () => {
  const found = await graph.api("/organization").get();
  assert.ok(found.value.length > 0);
});

await step("find", async () => {
  const found = await graph
    .api("/users")
    .filter("displayName eq 'Dana Double'")
    .select(["id", "onPremisesSyncEnabled"])
    .get();
  const synced = found.value.sort((one, other) => (one.id < other.id ? -1 : 1));
  assert.deepEqual(synced, [
    { id: KEEP, onPremisesSyncEnabled: null },
    { id: DOUBLE, onPremisesSyncEnabled: true },
  ]);
});

await step("page", async () => {
  const ids = [];
  const first = await graph.api("/users").top(100).select("id").get();
  assert.equal(first.value.length, 100);
  await new PageIterator(graph, first, (one) => ids.push(one.id) > 0).iterate();
  assert.equal(ids.length, EVERYBODY);
  assert.equal(new Set(ids).size, EVERYBODY);
});

await step("delta", async () => {
  let page = await graph.api("/users/delta").select(["id", "jobTitle"]).get();
  const ids = page.value.map((one) => one.id);
  while (page["@odata.nextLink"]) {
    page = await graph.api(page["@odata.nextLink"]).get();
    ids.push(...page.value.map((one) => one.id));
  }
  assert.equal(ids.length, EVERYBODY);
  assert.equal(new Set(ids).size, EVERYBODY);
  await graph.api(`/users/${KEEP}`).patch({ jobTitle: "Baker" });
  page = await graph.api(page["@odata.deltaLink"]).get();
  assert.deepEqual(page.value, [{ id: KEEP, jobTitle: "Baker" }]);
});

// What a batch is answered with, by the ids of its requests.
async function batch(requests) {
  const { responses } = await graph.api("/$batch").post({ requests });
  return Object.fromEntries(responses.map((one) => [one.id, one]));
}

const statuses = (answers) =>
  Object.fromEntries(Object.entries(answers).map(([id, one]) => [id, one.status]));

await step("batch", async () => {
  const answers = await batch([
    { id: "1", method: "GET", url: `/users/${KEEP}?$select=id` },
    { id: "2", method: "GET", url: "/users/nobody" },
  ]);
  assert.deepEqual(statuses(answers), { 1: 200, 2: 404 });
  assert.equal(answers[1].body.id, KEEP);
});

await step("batch-depends", async () => {
  const read = { method: "GET", url: `/users/${KEEP}?$select=department` };
  const headers = { "Content-Type": "application/json" };
  const body = { department: "Bakery" };
  const answers = await batch([
    { id: "1", method: "PATCH", url: `/users/${KEEP}`, headers, body },
    { id: "2", ...read, dependsOn: ["1"] },
    { id: "3", method: "GET", url: "/users/nobody" },
    { id: "4", ...read, dependsOn: ["3"] },
  ]);
  assert.deepEqual(statuses(answers), { 1: 204, 2: 200, 3: 404, 4: 424 });
  assert.equal(answers[2].body.department, "Bakery");
});

await step("throttled", async () => {
  // The library does not wait of its own accord: only as long as the answer says.
  const patience = [new RetryHandlerOptions(0)];
  const start = performance.now();
  const group = graph.api(`/groups/${THROTTLED}`).middlewareOptions(patience).get();
  await assert.rejects(group, (error) => error.statusCode === 404); // it has asked again
  const waited = performance.now() - start;
  assert.ok(waited >= RETRY_AFTER * 1000, `it waited ${waited} ms`);
});

await step("refused", async () => {
  const change = graph.api(`/users/${DOUBLE}`).patch({ onPremisesImmutableId: OTHER_ANCHOR });
  const isRefused = (error) => error.statusCode === 400 && error.code === "Request_BadRequest";
  await assert.rejects(change, isRefused);
});

await step("purge", async () => {
  const deleted = async () => {
    const found = await graph.api("/directory/deletedItems/microsoft.graph.user").get();
    return found.value.map((one) => one.id);
  };
  await graph.api(`/users/${DOUBLE}`).delete();
  assert.deepEqual(await deleted(), [DOUBLE]);
  await graph.api(`/directory/deletedItems/${DOUBLE}`).delete();
  assert.deepEqual(await deleted(), []);
});

await step("anchor", async () => {
  await graph.api(`/users/${KEEP}`).patch({ onPremisesImmutableId: ANCHOR });
  const kept = await graph.api(`/users/${KEEP}`).select("onPremisesImmutableId").get();
  assert.equal(kept.onPremisesImmutableId, ANCHOR);
});
