// A world in trouble: errors, shared addresses, deletions that take something along, every link.
import assert from "node:assert/strict";
import { step } from "./steps.mjs";
import {
  close, complaints, everybody, foreign, go, opened, page, picture, press,
} from "./window.mjs";

/** Red, green and blue of a colour as a browser tells it. */
const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
const style = (locator, name) => locator.evaluate(
  (element, one) => getComputedStyle(element)[one], name,
);

await step("both sides of a conflict", async () => {
  await go("/errors");
  const tiles = page.locator(".tile.some");
  assert.ok((await tiles.count()) >= 2, await page.locator(".tiles").innerText());
  await go("/errors?category=Duplicate%20Attribute");
  const card = page.locator("details.conflict").first();
  const said = await card.innerText();
  assert.match(said, /AttributeValueMustBeUnique/);
  assert.match(said, /Object being exported/i);
  assert.match(said, /Existing object in conflict/i);
  assert.match(said, /holder@contoso\.com/);
  assert.equal(await card.locator(".sides section").count(), 2);
  const [left, right] = await card.locator(".sides section").evaluateAll(
    (all) => all.map((it) => it.getBoundingClientRect().left),
  );
  assert.ok(right > left + 200, "they stand side by side");
  await everybody(["/errors", "/errors?category=Duplicate%20Attribute"], "light");
  await everybody(["/errors", "/errors?category=Duplicate%20Attribute"], "dark");
  await picture("errors", "/errors?category=Duplicate%20Attribute");
  const table = await page.request.get(new URL("/errors.csv", page.url()).href);
  assert.match(await table.text(), /AttributeValueMustBeUnique,.*holder/);
});

await step("who shares which address", async () => {
  await go("/addresses");
  const edges = await page.locator("svg.graph line.edge").count();
  assert.ok(edges >= 4, `${edges} edges`);
  const rows = page.locator("table tbody tr");
  assert.match(await rows.first().innerText(), /contoso\.com/);
  await everybody(["/addresses"], "light");
  await everybody(["/addresses"], "dark");
  await picture("shared", "/addresses");
});

await step("what the next cycle deletes, and what goes with it", async () => {
  await go("/preview");
  const deletes = page.locator(".deletes");
  const said = await deletes.innerText();
  assert.match(said, /the mailbox/);
  assert.match(said, /the licence E3/);
  assert.match(said, /the security group id [0-9a-f-]{36}/);
  const [red, green, blue] = parts(await style(page.locator(".counters .danger a").first(), "color"));
  assert.ok(red > green + 60 && red > blue + 60, `${red} ${green} ${blue}`);
  await picture("deletes", "/preview");
  await everybody(["/preview"], "light");
});

await step("links as they are: hard, soft, none, blocked", async () => {
  const linked = async (name, words, drawn) => {
    await go(`/onprem?q=${name}@`);
    await go(await page.locator("#results td a").first().getAttribute("href"));
    const line = page.locator(".linkline");
    assert.match(await line.innerText(), words, name);
    assert.equal(await line.locator("svg.line").last().getAttribute("class"), `line ${drawn}`);
  };
  await linked("plain", /hard: joined by sourceAnchor/, "link-hard");
  await linked("ann", /blocked by AttributeValueMustBeUnique/, "link-blocked");
  const stroke = await style(page.locator(".linkline svg.link-blocked line").last(), "stroke");
  const [red, green] = parts(stroke);
  assert.ok(red > green + 60, stroke);
  await linked("outside", /no link: not synced/, "link-none");
  const form = await opened("Move to another container");
  await form.locator("#to").fill("OU=Staff,DC=contoso,DC=test");
  await press("Move");
  await linked("outside", /no link|soft match on primary SMTP address/, "link-none");
  await press("Run delta cycle");
  await linked("outside", /soft: matched on primary SMTP address/, "link-soft");
});

await step("what happened, event by event", async () => {
  await go("/timeline/2");
  const events = page.locator("ol.events li");
  assert.match(await events.first().innerText(), /a delta cycle starts/);
  assert.ok((await page.locator("ol.events").innerText()).includes("AttributeValueMustBeUnique"));
  await everybody(["/timeline/2"], "light");
});

await step("nothing leaves this machine and nothing complains", async () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});

await close();
