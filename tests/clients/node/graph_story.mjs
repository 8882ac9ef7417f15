// Microsoft's client for Graph with Azure's identities.
import assert from "node:assert/strict";
import { ClientSecretCredential } from "@azure/identity";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { step } from "./steps.mjs";

const { GRAPH_URL, AUTHORITY, TENANT_ID, CLIENT_ID, CLIENT_SECRET, KEEP, DOUBLE } = process.env;
const ANCHOR = "Oywdb1lKh06bDB0uP0BRYg==";
const scopes = ["https://graph.microsoft.com/.default"];

await step("msal-token", async () => {
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      authority: `${AUTHORITY}/${TENANT_ID}`,
      knownAuthorities: [new URL(AUTHORITY).host],
    },
  });
  const answer = await application.acquireTokenByClientCredential({ scopes });
  assert.ok(answer.accessToken);
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
  assert.deepEqual(found.value.map((one) => one.id).sort(), [KEEP, DOUBLE].sort());
});

await step("page", async () => {
  const ids = new Set();
  const first = await graph.api("/users").top(100).select("id").get();
  await new PageIterator(graph, first, (one) => ids.add(one.id)).iterate();
  assert.equal(ids.size, 252);
});

await step("delta", async () => {
  let page = await graph.api("/users/delta").get();
  while (page["@odata.nextLink"]) page = await graph.api(page["@odata.nextLink"]).get();
  await graph.api(`/users/${KEEP}`).patch({ jobTitle: "Baker" });
  page = await graph.api(page["@odata.deltaLink"]).get();
  assert.deepEqual(page.value.map((one) => one.id), [KEEP]);
});

await step("batch", async () => {
  const requests = [{ id: "1", method: "GET", url: "/users?$top=1" }];
  const answer = await graph.api("/$batch").post({ requests });
  assert.equal(answer.responses[0].status, 200);
});

await step("throttled", async () => {
  const group = graph.api("/groups/44444444-0000-4000-8000-000000000000").get();
  await assert.rejects(group, (error) => error.statusCode === 404); // it has waited and asked again
});

await step("refused", async () => {
  const change = graph.api(`/users/${DOUBLE}`).patch({ onPremisesImmutableId: ANCHOR });
  await assert.rejects(change, (error) => error.statusCode === 400);
});

await step("purge", async () => {
  await graph.api(`/users/${DOUBLE}`).delete();
  await graph.api(`/directory/deletedItems/${DOUBLE}`).delete();
});

await step("anchor", async () => {
  await graph.api(`/users/${KEEP}`).patch({ onPremisesImmutableId: ANCHOR });
  const kept = await graph.api(`/users/${KEEP}`).select("onPremisesImmutableId").get();
  assert.equal(kept.onPremisesImmutableId, ANCHOR);
});
