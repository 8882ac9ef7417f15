// Gives a person who has two accounts the one with the mailbox again.
//
//     npm install ldapts @microsoft/microsoft-graph-client
//     dirsync-lab rehearse mess.yaml -- node repair.mjs
//
// Each step looks before it acts, so the script can be stopped anywhere and started again.
import { execFileSync } from "node:child_process";
import { Client as Graph, GraphError } from "@microsoft/microsoft-graph-client";
import { Client as Ldap } from "ldapts";

const lab = (name) => process.env[`DIRSYNC_LAB_${name}`];
const BASE = lab("BASE_DN");
const FIELDS = ["id", "onPremisesImmutableId", "assignedLicenses"];

const graph = Graph.init({
  baseUrl: lab("GRAPH_TLS"),
  authProvider: (done) => done(null, lab("TOKEN")),
  customHosts: new Set([new URL(lab("GRAPH_TLS")).hostname]),
});

async function withAd(act) {
  const ad = new Ldap({ url: lab("LDAPS") });
  try {
    await ad.bind(lab("BIND_DN"), lab("PASSWORD"));
    return await act(ad);
  } finally {
    await ad.unbind().catch(() => {});
  }
}

/** The person in Active Directory: where, and with which anchor. */
async function person() {
  const { searchEntries } = await withAd((ad) =>
    ad.search(BASE, {
      filter: "(sAMAccountName=j.doe)",
      attributes: ["objectGUID"],
      explicitBufferAttributes: ["objectGUID"],
    }),
  );
  const [found] = searchEntries;
  return { dn: found.dn, anchor: found.objectGUID.toString("base64") };
}

async function move(unit) {
  const { dn } = await person();
  const comma = dn.indexOf(",");
  const parent = `${unit},${BASE}`;
  if (dn.slice(comma + 1).toLowerCase() === parent.toLowerCase()) return;
  await withAd((ad) => ad.modifyDN(dn, `${dn.slice(0, comma)},${parent}`));
}

/** The account to keep: the one with the licence, whatever it is called by now. */
async function mailbox() {
  const { value } = await graph.api("/users").select(FIELDS).get();
  return value.find(({ assignedLicenses }) => assignedLicenses.length > 0);
}

const isAnchored = async () =>
  (await mailbox()).onPremisesImmutableId === (await person()).anchor;

async function leaveTheScope() {
  if (!(await isAnchored())) await move("OU=NotSynced");
}

function synchronise() {
  execFileSync("dirsync-lab", ["sync", "delta"], { stdio: "inherit" });
}

async function purgeTheDuplicate() {
  const { anchor } = await person();
  const deleted = graph.api("/directory/deletedItems/microsoft.graph.user");
  // Graph tells the anchor only to those who ask for it.
  const { value } = await deleted.select(FIELDS).get();
  for (const { id, onPremisesImmutableId } of value) {
    if (onPremisesImmutableId !== anchor) continue;
    try {
      await graph.api(`/directory/deletedItems/${id}`).delete();
    } catch (error) {
      // What is listed may be gone already.
      if (error.statusCode !== 404) throw error;
    }
  }
}

async function setTheAnchor() {
  if (await isAnchored()) return;
  const [{ id }, { anchor }] = [await mailbox(), await person()];
  await graph.api(`/users/${id}`).patch({ onPremisesImmutableId: anchor });
}

const comeBack = () => move("OU=Staff");

export const steps = [
  leaveTheScope,
  synchronise,
  purgeTheDuplicate,
  setTheAnchor,
  comeBack,
  synchronise,
];

export async function run(steps) {
  for (const step of steps) {
    console.log(step.name);
    for (let attempt = 1; ; attempt++) {
      try {
        await step();
        break;
      } catch (error) {
        // What the tenant does not want, it will not want a second time.
        const isRefused = error instanceof GraphError && error.statusCode >= 400 && error.statusCode < 429;
        if (isRefused || attempt === 8) throw error;
      }
    }
  }
}

if (process.argv[1]?.endsWith("repair.mjs")) await run(steps);
