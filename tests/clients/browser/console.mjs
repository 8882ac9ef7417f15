// The console in a browser: an administrator clicks through the founding procedure.
import assert from "node:assert/strict";
import { step } from "./steps.mjs";
import {
  base, close, complaints, context, drawing, everybody, foreign, go, heading, opened, page, picture,
  press, watch,
} from "./window.mjs";

const PAGES = [
  "/operations", "/connectors", "/connectors/ad0", "/connectors/entra", "/metaverse", "/preview",
  "/onprem", "/cloud/users", "/cloud/deleted", "/cloud/groups", "/cloud/contacts", "/cloud/roles",
  "/cloud/settings", "/errors", "/plan", "/timeline", "/people", "/addresses", "/clock", "/labs",
  "/search?q=doe",
];

let person;
let twin;
let original;

await step("pages can be used by everybody", async () => {
  await everybody(PAGES, "light");
  await everybody(PAGES, "dark");
});

await step("search as somebody types", async () => {
  await go("/cloud/users");
  await page.locator("#q").pressSequentially("jdoe@", { delay: 20 });
  await page.waitForURL(/q=jdoe/);
  await page.getByText("1–1 of 1").waitFor();
  original = await page.locator("#results td a").first().getAttribute("href");
  await go("/cloud/users?q=john.doe@");
  twin = await page.locator("#results td a").first().getAttribute("href");
  assert.notEqual(original, twin);
  await go("/onprem?q=doe");
  person = await page.locator("#results td a").first().getAttribute("href");
  assert.match(person, /^\/object\/ad0-/);
});

await step("the person in three panes", async () => {
  await go(person);
  for (const place of ["Active Directory", "Metaverse", "Cloud"]) {
    await page.locator(".place", { hasText: place }).waitFor();
  }
  assert.match(await page.locator(".linkline").innerText(), /hard: joined by sourceAnchor/);
  assert.ok((await page.locator(".chain li").count()) > 2);
  await everybody([person, original], "light");
  await picture("object", person);
  await drawing("person", person);
});

await step("a plan, put in another order by dragging", async () => {
  await go("/plan");
  const steps = page.locator(".plan > li");
  const count = await steps.count();
  assert.ok(count > 4, `${count} steps`);
  assert.match(await page.locator("#plan [role=status]").innerText(), /\b0 refused/);
  const first = await steps.nth(0).locator("b").first().innerText();
  const last = await steps.nth(count - 1).locator("b").first().innerText();
  await picture("plan", "/plan");
  const dragged = async (from) => {
    const judged = page.waitForResponse((answer) => answer.url().endsWith("/plan/order"));
    await from.locator(".grip").dragTo(steps.nth(0), { targetPosition: { x: 60, y: 5 } });
    await judged;
  };
  await dragged(steps.nth(count - 1));
  await page.waitForFunction(
    (text) => document.querySelector(".plan > li b").innerText === text, last,
  );
  assert.equal(await steps.nth(1).locator("b").first().innerText(), first);
  await page.getByRole("button", { name: "Back to the order as planned" }).click();
  await page.waitForLoadState();
  const early = page.locator(".plan > li", { hasText: "for good" });
  await dragged(early);
  await page.locator("#plan [role=status]", { hasText: /[1-9]\d* refused/ }).waitFor();
  assert.match(await steps.nth(0).innerText(), /Refused:/, "lit up where it was dropped");
  await page.getByRole("button", { name: "Back to the order as planned" }).click();
  await page.waitForLoadState();
  const purge = page.locator(".plan > li", { hasText: "for good" });
  const moves = purge.getByRole("button", { name: /Move up/ });
  while (await moves.count()) {
    const settled = page.waitForURL(/plan/);
    await moves.click();
    await settled;
  }
  const said = await page.locator("#plan").innerText();
  assert.match(said, /Refused:|W\d\d/, "too early a purge is refused or a hazard");
  await picture("plan-reordered");
  await drawing("plan", "/plan");
});

await step("the founding procedure: out of scope", async () => {
  await go(person);
  const form = await opened("Move to another container");
  await form.locator("#to").fill("OU=NotSynced,DC=contoso,DC=test");
  const told = await press("Move");
  assert.match(told, /Move-ADObject -Identity '[^']+' -TargetPath 'OU=NotSynced/);
});

await step("the founding procedure: what the next cycle deletes", async () => {
  await go("/preview");
  const deletes = await page.locator(".deletes").innerText();
  assert.match(deletes, /john\.doe@contoso\.com/);
  await picture("preview", "/preview");
  await page.locator(".counters .danger a").first().click();
  await page.locator("table tbody tr").first().waitFor();
  await go("/preview");
  await press("Commit: run this cycle");
});

await step("the founding procedure: the duplicate for good", async () => {
  await go("/cloud/deleted");
  await page.getByText("Permanent deletion date").waitFor();
  const told = await press("Delete permanently: john.doe@contoso.com");
  assert.match(told, /DELETE \/v1\.0\/directory\/deletedItems\//);
});

await step("the founding procedure: the anchor", async () => {
  await go(original);
  const form = await opened("Set or clear the ImmutableId");
  await form.locator("#anchor").fill(person.replace(/^\/object\//, "").replace(/\?.*/, ""));
  const told = await press("Set");
  assert.match(told, /Update-MgUser -UserId \S+ -OnPremisesImmutableId/);
});

await step("the founding procedure: back into scope", async () => {
  await go(person);
  const form = await opened("Move to another container");
  await form.locator("#to").fill("OU=Staff,DC=contoso,DC=test");
  await press("Move");
  await press("Run delta cycle");
  await press("Run delta cycle");
  await go(person);
  assert.match(await page.locator(".linkline").innerText(), /hard/);
  const cloud = await page.locator("tr", { hasText: "licences and mailbox" }).innerText();
  assert.match(cloud, /E3\s+mailbox/);
  await go("/cloud/users");
  await page.getByText("1–1 of 1").waitFor();
  await go("/errors");
  assert.equal(await page.locator(".tile.some").count(), 0);
});

await step("a run with its counters", async () => {
  await go("/operations");
  await picture("operations", "/operations");
  await go("/operations?run=1");
  const link = page.locator(".statistics a").first();
  assert.match(await page.locator(".statistics").first().innerText(), /Adds|Projections|Updates/);
  await link.click();
  await page.locator("table tbody tr").first().waitFor();
});

await step("the timeline, step by step", async () => {
  await go("/timeline");
  const last = Number(await page.locator("#at").getAttribute("max"));
  assert.ok(last >= 6, `${last} entries`);
  await page.getByRole("link", { name: "Step back" }).click();
  await page.waitForURL(new RegExp(`at=${last - 1}`));
  await page.locator("#at").fill("1");
  await page.waitForURL(/at=1\b/);
  await page.getByRole("link", { name: "Cloud then" }).click();
  await page.waitForURL(/cloud\/users.*at=1/);
  await page.getByText("1–2 of 2").waitFor();
  assert.equal(await page.locator("form[action='/act']").count(), 0);
  await page.getByRole("link", { name: "Back to now" }).click();
  await page.getByText("1–1 of 1").waitFor();
  await picture("timeline", "/timeline");
});

await step("a branch, compared with what happened", async () => {
  await go("/timeline?at=1");
  await page.locator("#insert").selectOption("31d");
  await page.getByRole("button", { name: "Branch" }).click();
  await page.waitForURL(/timeline\/compare/);
  assert.equal(await heading(), "Two ends compared");
  await go("/timeline?at=5");
  await page.locator("#insert").selectOption("delta");
  await page.getByRole("button", { name: "Branch" }).click();
  await page.waitForURL(/timeline\/compare\?a=now&b=b2/);
  await go("/timeline/compare?a=b1&b=b2");
  assert.equal(await heading(), "Two ends compared");
  await picture("compare");
  await go("/timeline/compare?a=0&b=now");
  const cloud = page.locator("table.compare").first();
  assert.match(await cloud.locator("caption").innerText(), /^Accounts that differ: [1-9]/);
  assert.ok((await cloud.locator("tbody tr").count()) > 0);
  await everybody(["/timeline/compare?a=b1&b=b2", "/timeline/1", "/timeline"], "light");
});

await step("every page looks as it did", async () => {
  for (const [name, path] of [
    ["connectors", "/connectors"], ["connector", "/connectors/ad0"], ["users", "/cloud/users"],
    ["metaverse", "/metaverse"], ["onprem", "/onprem"], ["settings", "/cloud/settings"],
    ["clock", "/clock"], ["entry", "/timeline/2"],
  ]) await picture(name, path);
});

await step("pictures of people and addresses", async () => {
  await go("/people");
  const seen = await page.locator("td.state svg").evaluateAll(
    (all) => all.map((it) => it.getAttribute("aria-label")),
  );
  for (const state of ["joined to a live account", "the account is in the recycle bin"]) {
    assert.ok(seen.includes(state), `${state}: ${seen}`);
  }
  await go("/people?of=accounts");
  await page.locator("td.state svg[aria-label='the account is gone for good']").first().waitFor();
  await picture("people", "/people");
  await picture("addresses", "/addresses");
});

await step("another window hears of it at once", async () => {
  const other = await context.newPage();
  watch(other);
  await other.goto(`${base}/timeline`);
  const before = Number(await other.locator("#at").getAttribute("max"));
  await go("/operations");
  await press("+30 min");
  await other.waitForFunction(
    (count) => Number(document.querySelector("#at").max) === count + 1, before,
  );
  await other.close();
});

await step("by keyboard alone", async () => {
  await go("/operations");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => location.hash), "#main");
  const focus = async (name) => {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => document.activeElement.innerText);
      if (at?.trim() === name) return;
    }
    assert.fail(`${name} is not reached`);
  };
  await go("/operations");
  await focus("Run delta cycle");
  await Promise.all([page.waitForURL(/done=\d+/), page.keyboard.press("Enter")]);
  await go("/operations");
  await focus("Timeline");
  await Promise.all([page.waitForURL(/timeline/), page.keyboard.press("Enter")]);
  // The list is drawn anew while somebody types in it, and they stay where they are.
  await go("/cloud/users");
  await page.locator("#q").focus();
  await page.keyboard.type("john", { delay: 20 });
  await page.waitForURL(/q=john/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
});

await step("nothing leaves this machine and nothing complains", async () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});

await close();
