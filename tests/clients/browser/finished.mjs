// A console over a run that is over: everything is seen, nothing can be changed.
import assert from "node:assert/strict";
import { step } from "./steps.mjs";
import { close, complaints, everybody, foreign, go, heading, page, picture } from "./window.mjs";

await step("how it ended is said on every page", async () => {
  for (const path of ["/timeline", "/cloud/users", "/errors"]) {
    await go(path);
    assert.match(await page.locator(".past").first().innerText(), new RegExp(process.env.SAYS));
  }
  await page.locator(".badge", { hasText: "read-only" }).waitFor();
});

await step("the steps are entries of the timeline", async () => {
  await go("/timeline");
  const last = Number(await page.locator("#at").getAttribute("max"));
  assert.equal(last, Number(process.env.ENTRIES));
  await go("/timeline/1");
  assert.match(await heading(), /^Entry 1:/);
  await go("/cloud/users?at=1");
  await page.locator("#results tbody tr").first().waitFor();
  await picture(process.env.PICTURE, "/timeline");
  await everybody(["/timeline", "/timeline/1"], "light");
});

await step("nothing can be changed", async () => {
  for (const path of ["/operations", "/clock", "/cloud/users", "/connectors/entra"]) {
    await go(path);
    assert.equal(await page.locator("form[action='/act']").count(), 0, path);
  }
  const answer = await page.request.post(new URL("/act", page.url()).href, {
    form: { do: "cycle", key: "guessed" },
  });
  assert.equal(answer.status(), 403);
});

await step("nothing leaves this machine and nothing complains", async () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});

await close();
