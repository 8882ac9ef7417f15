// Everything works without this file. With it, pages follow the world, searches answer as
// somebody types, and the steps of a plan can be dragged.
"use strict";

const root = document.documentElement;
const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
if (remembered()) root.dataset.theme = remembered();

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

/** Puts one part of another page in the place of the same part of this one. */
async function refresh(address, selector) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  const fresh = parsed(await answer.text()).querySelector(selector);
  const stale = document.querySelector(selector);
  if (fresh && stale) stale.replaceWith(fresh);
  return Boolean(fresh);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("theme" in button.dataset) {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = root.dataset.theme || (dark ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* private window */ }
  }
  if (button.dataset.confirm && !confirm(button.dataset.confirm)) event.preventDefault();
});

// Search as you type: the same address with another question, and only the results of its page.
let pause;
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset || !field.dataset.live) return;
  clearTimeout(pause);
  pause = setTimeout(async () => {
    const query = new URLSearchParams(new FormData(field.form));
    query.delete("from");
    const address = `${location.pathname}?${query}`;
    if (await refresh(address, field.dataset.live)) history.replaceState(null, "", address);
  }, 120);
});

// The scrubber of the timeline goes where it is put.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-scrubber]");
  if (form) form.requestSubmit();
});

// The plan: a step is dropped before another, and the server judges the new order.
let lifted = null;
const stepOf = (event) => event.target.closest?.("form[data-order] li[draggable]");

async function judge() {
  const form = document.querySelector("form[data-order]");
  const places = [...form.querySelectorAll("li[draggable]")].map((li) => li.dataset.place);
  form.elements.order.value = places.join(",");
  const body = new URLSearchParams(new FormData(form));
  body.set("part", "list");
  const answer = await fetch(form.action, { method: "POST", body });
  const fresh = parsed(await answer.text()).querySelector("#plan");
  if (fresh) document.querySelector("#plan").replaceWith(fresh);
  else location.reload();
}

document.addEventListener("dragstart", (event) => {
  lifted = stepOf(event);
  if (!lifted) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", lifted.dataset.place);
  lifted.classList.add("lifted");
});
document.addEventListener("dragover", (event) => {
  const under = stepOf(event);
  if (!lifted || !under) return;
  event.preventDefault();
  document.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
  under.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const under = stepOf(event);
  if (!lifted || !under || under === lifted) return;
  event.preventDefault();
  under.before(lifted);
  judge();
});
document.addEventListener("dragend", () => {
  document.querySelectorAll(".over, .lifted")
    .forEach((one) => one.classList.remove("over", "lifted"));
  lifted = null;
});

// Live: the server says when the journal has grown. A page of the present follows at once, unless
// somebody is in the middle of something.
const body = document.body;
if (body.dataset.now !== undefined && "EventSource" in window) {
  const source = new EventSource(`/live?since=${body.dataset.position}`);
  source.addEventListener("moved", async (event) => {
    const moved = document.querySelector("#moved");
    const busy = lifted || document.querySelector("details.action[open]")
      || document.activeElement?.matches?.("main input, main textarea, main select");
    if (busy) {
      const link = document.createElement("a");
      link.href = location.href;
      link.textContent = "Load again";
      moved.replaceChildren(`The world has moved on: entry ${event.data}. `, link);
      return;
    }
    const address = new URL(location.href);
    address.searchParams.delete("done");
    const answer = await fetch(address);
    const page = parsed(await answer.text());
    for (const part of ["main", ".top"]) {
      const fresh = page.querySelector(part);
      if (fresh) document.querySelector(part).replaceWith(fresh);
    }
  });
  addEventListener("pagehide", () => source.close());
}
