// Looks for changes and swaps the live parts of the page; everything works without it.
"use strict";

const shownByServer = new Map();

function remember(page) {
  for (const part of page.querySelectorAll("[data-live]")) shownByServer.set(part.id, part.innerHTML);
}

function scrollDown() {
  for (const stream of document.querySelectorAll("[data-bottom]")) stream.scrollTop = stream.scrollHeight;
}

function isBeingFilled(part) {
  return [...part.querySelectorAll("input, textarea, select")].some(
    (field) => field === document.activeElement && field.type !== "hidden",
  );
}

async function refresh() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const here = document.getElementById(part.id);
    if (!here || shownByServer.get(part.id) === part.innerHTML) continue;
    const sameView =
      here.querySelector("[data-view-id]")?.dataset.viewId === part.querySelector("[data-view-id]")?.dataset.viewId;
    if (sameView && isBeingFilled(here)) continue;
    shownByServer.set(part.id, part.innerHTML);
    here.replaceChildren(...part.childNodes);
    if (here.hasAttribute("data-bottom")) here.scrollTop = here.scrollHeight;
  }
}

async function watch() {
  let version = Number(document.body.dataset.version);
  for (;;) {
    try {
      const answer = await fetch(`/changes?since=${version}`);
      const now = (await answer.json()).version;
      if (now !== version) {
        version = now;
        await refresh();
      }
    } catch {
      await new Promise((later) => setTimeout(later, 2000));
    }
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]") && event.target.value) event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const composer = event.target.matches("[data-composer]");
  if (composer && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

remember(document);
scrollDown();
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
if (document.querySelector("[data-live]")) watch();
