// A class in a browser: the instructor's page, and learners who do not get into each other's way.
import assert from "node:assert/strict";
import { step } from "./steps.mjs";
import {
  close, complaints, context, everybody, foreign, go, page, picture, watch,
} from "./window.mjs";

const seats = JSON.parse(process.env.SEATS);
const head = (name) => page.getByRole("rowheader", { name, exact: true });
const row = (name) => page.locator("tr", { has: head(name) });

await step("everybody is on the instructor's page", async () => {
  await go("/");
  assert.equal(await page.locator("tbody tr").count(), seats.length);
  await everybody(["/"], "light");
  await everybody(["/"], "dark");
  await picture("class", "/");
});

await step("what one does is seen at once, and nobody else's world changes", async () => {
  await go("/");
  const [one, other] = seats;
  const learner = await context.newPage();
  watch(learner);
  await learner.goto(`${one.console}labs`);
  await learner.getByRole("button", { name: /^Take a hint/ }).click();
  await learner.getByText("(concept)").waitFor();
  await learner.goto(`${one.console}onprem`);
  await learner.getByRole("button", { name: "+30 min", exact: true }).click();
  await learner.waitForURL(/done=1/);
  await row(one.learner).getByText("let 30m pass").waitFor();
  assert.equal(await row(one.learner).locator("td").nth(4).innerText(), "1");
  assert.equal(await row(other.learner).locator("td").nth(4).innerText(), "0");
  const clock = async () => learner.locator(".clock").innerText();
  const later = await clock();
  await learner.goto(`${other.console}labs`);
  assert.notEqual(await clock(), later);
  await learner.getByText("0 commands, 0 cycles").waitFor();
  await learner.close();
});

await step("everybody works at once", async () => {
  const deed = async (seat) => {
    const shown = await context.request.get(`${seat.console}onprem`);
    const [, key] = (await shown.text()).match(/name="key" value="([^"]+)"/);
    const done = await context.request.post(`${seat.console}act`, {
      form: { key, do: "advance", by: "7m" }, maxRedirects: 0,
    });
    assert.equal(done.status(), 303, seat.learner);
    assert.match(done.headers().location, /done=\d+/, seat.learner);
  };
  await Promise.all(seats.map(deed));
  await go("/");
  await page.waitForFunction(
    (count) => [...document.querySelectorAll("tbody tr")]
      .filter((it) => it.innerText.includes("let 7m pass")).length === count,
    seats.length,
  );
});

await step("each has other names", async () => {
  const briefs = new Set();
  for (const seat of seats) {
    const answer = await context.request.get(`${seat.console}labs`);
    assert.equal(answer.status(), 200, seat.learner);
    briefs.add((await answer.text()).match(/aria-label="Brief">.*?<\/section>/s)[0]);
  }
  assert.equal(briefs.size, seats.length);
});

await step("nothing leaves this machine and nothing complains", async () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});

await close();
