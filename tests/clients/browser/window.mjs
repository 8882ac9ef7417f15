// One window of a headless browser at a console: who complains, what leaves the machine, pictures.
//
// CONSOLE is its address, PICTURES where screenshots go, CHROMIUM the browser. KNOWN is a file with
// where something was drawn in each picture; BLESS writes it anew. DRAWINGS has those of the
// README.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const base = process.env.CONSOLE.replace(/\/(\?.*)?$/, "");
const pictures = process.env.PICTURES;
const known = process.env.BLESS ? {} : JSON.parse(readFileSync(process.env.KNOWN, "utf8"));
const seen = {};
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
export const complaints = [];
export const foreign = [];

async function room(options) {
  const made = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  made.setDefaultTimeout(10_000);
  await made.route("**/*", (route) => {
    const address = route.request().url();
    if (!/^http:\/\/127\.0\.0\.1:/.test(address)) foreign.push(address);
    return route.continue();
  });
  return made;
}

// What somebody has in front of them: the console's own policy holds.
export const context = await room({});
export const page = await context.newPage();
watch(page);
// Where pages are looked at: axe and the fonts of pictures are the test's own, and the policy
// would not let them in.
const studio = await room({ bypassCSP: true });
const model = await studio.newPage();
watch(model);

export function watch(one) {
  one.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  one.on("pageerror", (error) => complaints.push(error.message));
  one.on("dialog", (dialog) => dialog.accept());
}

export const go = (path) => page.goto(base + path, { waitUntil: "load" });
export const heading = async () => (await page.locator("h1").innerText()).trim();
export const press = async (name) => {
  await Promise.all([
    page.waitForURL(/done=\d+/),
    page.getByRole("button", { name, exact: true }).click(),
  ]);
  const told = await page.locator(".done").innerText();
  assert.match(told, /^Done:/, told);
  return told;
};
export const opened = async (summary) => {
  await page.locator("details.action > summary", { hasText: summary }).click();
  return page.locator("details.action[open]", { hasText: summary });
};

export async function everybody(paths, scheme) {
  await model.emulateMedia({ colorScheme: scheme });
  const serious = [];
  for (const path of paths) {
    await model.goto(base + path, { waitUntil: "load" });
    assert.notEqual(await model.title(), "", path);
    assert.equal(await model.locator("h1").count(), 1, path);
    await model.evaluate(axe);
    const found = await model.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
    for (const one of found.violations) {
      if (!["serious", "critical"].includes(one.impact)) continue;
      const where = one.nodes.slice(0, 3).map((node) => `${node.target}: ${node.html}`);
      serious.push(`${path} (${scheme}): ${one.id}: ${where.join(" | ")}`);
    }
  }
  assert.deepEqual(serious, [], serious.join("\n"));
}

// Whatever fonts a machine has, pictures are taken with those that the setup installs.
const FONTS = `html, button, input, select { font-family: "DejaVu Sans"; }
  .mono, code, pre, textarea { font-family: "DejaVu Sans Mono"; }`;

export async function picture(name, path) {
  const address = path ? base + path : page.url();
  for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 420]]) {
    await model.setViewportSize({ width, height: 860 });
    await model.emulateMedia({ colorScheme: scheme });
    await model.goto(address, { waitUntil: "load" });
    await model.addStyleTag({ content: FONTS });
    const file = `${pictures}/${name}-${scheme}-${width}.png`;
    const bytes = await model.screenshot({ path: file, fullPage: true });
    assert.ok(bytes.length > 10_000, `${file} is nearly empty`);
    const wide = await model.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${name} is ${wide} wide in a window of ${width}`);
    await compare(`${name}-${scheme}-${width}`, bytes);
  }
  await model.setViewportSize({ width: 1280, height: 860 });
  await model.emulateMedia({ colorScheme: "light" });
}

const darkroom = await context.newPage();

/**
 * What is drawn where: a line of text for every 20 pixels down, a letter for every 40 across. It
 * is that of the colour that is seen most there (red, amber, green, blue, violet), or a sign where
 * nothing is coloured; large, or `#`, where the picture has edges.
 */
function layout(bytes, kind = "png") {
  return darkroom.evaluate(async ([content, type]) => {
    const image = new Image();
    image.src = `data:image/${type};base64,${content}`;
    await image.decode();
    const { width, height } = image;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const shade = (at) => 0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2];
    const edges = (left, top) => {
      let count = 0;
      for (let y = top; y < Math.min(top + 20, height); y += 1) {
        for (let x = left; x < Math.min(left + 40, width - 1); x += 1) {
          const at = 4 * (y * width + x);
          if (Math.abs(shade(at) - shade(at + 4)) > 24) count += 1;
        }
      }
      return count;
    };
    const letter = (at) => {
      const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
      const most = Math.max(red, green, blue);
      const span = most - Math.min(red, green, blue);
      if (span < 64) return "";
      const turn = most === red ? (green - blue) / span
        : most === green ? 2 + (blue - red) / span : 4 + (red - green) / span;
      const hue = (60 * turn + 360) % 360;
      const ends = [[20, "r"], [70, "a"], [170, "g"], [262, "b"], [335, "v"], [361, "r"]];
      return ends.find(([end]) => hue < end)[1];
    };
    const colour = (left, top) => {
      const counts = {};
      for (let y = top; y < Math.min(top + 20, height); y += 1) {
        for (let x = left; x < Math.min(left + 40, width); x += 1) {
          const seen = letter(4 * (y * width + x));
          if (seen) counts[seen] = (counts[seen] ?? 0) + 1;
        }
      }
      const [first] = Object.entries(counts).sort((one, other) => other[1] - one[1]);
      return first && first[1] > 48 ? first[0] : "";
    };
    const lines = [];
    for (let top = 0; top < height; top += 20) {
      let line = "";
      for (let left = 0; left < width; left += 40) {
        const [tone, busy] = [colour(left, top), edges(left, top) > 5];
        if (tone) line += busy ? tone.toUpperCase() : tone;
        else line += busy ? "#" : ".";
      }
      lines.push(line);
    }
    return lines;
  }, [bytes.toString("base64"), kind]);
}

/** Which part of two layouts is not the same, of one. */
function differing(one, other) {
  const height = Math.max(one.length, other.length);
  const width = one[0].length;
  let off = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if ((one[y] ?? "")[x] !== (other[y] ?? "")[x]) off += 1;
    }
  }
  return off / (width * height);
}

/** Holds a picture against what it looked like. */
async function compare(name, bytes) {
  const found = await layout(bytes);
  seen[name] = found;
  if (process.env.BLESS) return;
  assert.ok(known[name], `there is no known picture ${name}: look at it, and bless it`);
  const off = Math.round(100 * differing(found, known[name]));
  assert.ok(off <= 3, `${name} looks different in ${off} of 100 places:\n${found.join("\n")}`);
}

/** A picture for the README: the page as text, a drawing that any browser shows. */
export async function drawing(name, path) {
  await model.setViewportSize({ width: 1280, height: 400 });
  await model.emulateMedia({ colorScheme: "light" });
  await model.goto(base + path, { waitUntil: "load" });
  const { text, height } = await model.evaluate(async () => {
    const style = await (await fetch("/console.css")).text();
    const height = document.documentElement.scrollHeight;
    const copy = document.documentElement.cloneNode(true);
    copy.querySelectorAll("script, head, input[type=hidden], datalist, .skip")
      .forEach((it) => it.remove());
    const xhtml = new XMLSerializer().serializeToString(copy);
    const text = `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="${height}">`
      + `<style>svg { font-size: 14px; } ${style.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</style>`
      + `<foreignObject width="1280" height="${height}">${xhtml}</foreignObject></svg>\n`;
    return { text, height };
  });
  await model.setViewportSize({ width: 1280, height });
  const bytes = await model.screenshot({ fullPage: true });
  await model.setViewportSize({ width: 1280, height: 860 });
  const drawn = await layout(Buffer.from(text), "svg+xml");
  const off = differing(drawn, await layout(bytes));
  assert.ok(off < 0.05, `${name} is not drawn as the page looks`);
  const file = `${process.env.DRAWINGS}/${name}.svg`;
  if (process.env.BLESS) return writeFileSync(file, text);
  const bare = (drawn) => drawn.replaceAll(/ height="\d+"/g, "");
  return assert.equal(bare(readFileSync(file, "utf8")), bare(text), `${file} is another page`);
}

export async function close() {
  if (process.env.BLESS) {
    const there = existsSync(process.env.KNOWN) ? readFileSync(process.env.KNOWN, "utf8") : "{}";
    const all = Object.entries({ ...JSON.parse(there), ...seen }).sort();
    writeFileSync(process.env.KNOWN, `${JSON.stringify(Object.fromEntries(all), null, 1)}\n`);
  }
  await browser.close();
}
