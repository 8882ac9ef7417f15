// A lab in a browser: a learner solves Two Janes with the goal beside the present.
import assert from "node:assert/strict";
import { step } from "./steps.mjs";
import {
  close, complaints, drawing, everybody, foreign, go, heading, opened, page, picture, press,
} from "./window.mjs";

const badges = (text) => page.locator(".goal .badge", { hasText: text }).count();
const points = async () => {
  await go("/labs");
  return Number((await page.locator("main .badge.plain").first().innerText()).match(/^\d+/)[0]);
};
const predict = async (object, outcome) => {
  await go("/labs");
  await page.locator("#object").selectOption(object);
  await page.locator("#outcome").selectOption(outcome);
  await page.getByRole("button", { name: "Predict", exact: true }).click();
  await page.getByText("the next cycle decides").waitFor();
};
const cycle = async () => {
  await go("/operations");
  await press("Run delta cycle");
};

let jane;
let original;

await step("the goal beside the present", async () => {
  await go("/");
  assert.match(page.url(), /\/labs$/);
  assert.match(await heading(), /Two Janes/);
  assert.ok((await badges("not yet")) >= 2);
  assert.equal(await badges("yes"), 1, "the other one is as she should be");
  await everybody(["/labs"], "light");
  await everybody(["/labs"], "dark");
  await picture("lab", "/labs");
  await drawing("lab", "/labs");
  jane = await page.locator(".goal tbody b").first().innerText();
});

await step("what would give it away is closed", async () => {
  for (const path of ["/plan", "/preview"]) {
    await go(path);
    assert.equal(await heading(), "Closed while you learn");
  }
  await go("/timeline");
  assert.equal(await page.getByRole("heading", { name: "What if" }).count(), 0);
});

await step("a prediction is asked for before the cycle", async () => {
  await go("/operations");
  await page.getByRole("button", { name: "Run delta cycle", exact: true }).click();
  await page.waitForURL(/problem=/);
  assert.match(await page.locator(".done.refused").innerText(), /^predict first/);
  assert.match(await page.locator(".lab").innerText(), /Two Janes/);
});

await step("a hint, at its price", async () => {
  const before = await points();
  await page.getByRole("button", { name: /^Take a hint/ }).click();
  await page.getByText("(concept)").waitFor();
  assert.equal(await points(), before - 3);
});

await step("as often undone as somebody likes", async () => {
  await go("/timeline");
  assert.match(await page.locator("table.journal tbody tr").innerText(), /earlier/);
  for (let time = 0; time < 2; time += 1) {
    await go("/operations");
    await press("+30 min");
    await go("/labs");
    await page.getByRole("button", { name: "Undo the last" }).click();
    await page.getByText(`${time + 1} undone`).waitFor();
  }
  await page.getByRole("button", { name: "Undo everything" }).click();
  await page.getByText("3 undone").waitFor();
  assert.equal(await page.getByRole("button", { name: "Undo the last" }).count(), 0);
});

await step("the solution, clicked through", async () => {
  await go(`/onprem?q=${jane}`);
  const person = await page.locator("#results td a").first().getAttribute("href");
  await go(person);
  const named = await page.locator("tr", { hasText: "userPrincipalName" }).first().innerText();
  const primary = named.match(/\S+@\S+/)[0];
  let form = await opened("Move to another container");
  const offered = form.locator("datalist option");
  const containers = await offered.evaluateAll((all) => all.map((it) => it.value));
  const [away] = containers.filter((dn) => dn.startsWith("OU=NotSynced"));
  const [home] = containers.filter((dn) => dn.startsWith("OU=Staff"));
  await form.locator("#to").fill(away);
  await press("Move");
  await predict(jane, "delete");
  await cycle();
  await go("/labs");
  await page.locator(".badge.good", { hasText: "right" }).waitFor();
  await cycle();
  await go("/cloud/deleted");
  await press(/^Delete permanently/);
  await go("/cloud/users");
  const accounts = await page.locator("#results tbody tr").count();
  for (let place = 0; place < accounts && !original; place += 1) {
    const row = page.locator("#results tbody tr").nth(place);
    if (/onmicrosoft/.test(await row.innerText())) {
      original = await row.locator("a").first().getAttribute("href");
    }
  }
  await go(original);
  const alias = (await page.locator("tr", { hasText: "proxyAddresses" }).first().innerText())
    .match(/SMTP:(\S+)/)[1];
  form = await opened("Set or clear the ImmutableId");
  await form.locator("#anchor").fill(person.replace(/^\/object\//, "").replace(/\?.*/, ""));
  await press("Set");
  await go(person);
  form = await opened("Change an attribute");
  await form.locator("#attribute").fill("proxyAddresses");
  await form.locator("#value").fill(`SMTP:${primary}\nsmtp:${alias}`);
  await press("Change");
  await go(person);
  form = await opened("Move to another container");
  await form.locator("#to").fill(home);
  await press("Move");
  await cycle();
});

await step("the goal is reached, and what there was to learn is told", async () => {
  await go("/labs");
  await page.locator("main .badge.good", { hasText: "the goal is reached" }).waitFor();
  assert.equal(await badges("not yet"), 0);
  assert.equal(await points(), 97, "all but the hint");
  await page.getByRole("heading", { name: "What there was to learn" }).waitFor();
  await picture("lab-solved", "/labs");
  await everybody(["/labs"], "light");
  await go("/plan");
  assert.equal(await heading(), "Plan");
});

await step("nothing leaves this machine and nothing complains", async () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});

await close();
