// Looks for changes and swaps the live parts of the page; everything works without it.
"use strict";

const shownByServer = new Map();

function remember(page) {
  for (const part of page.querySelectorAll("[data-live]")) shownByServer.set(part.id, part.innerHTML);
}

function scrollDown() {
  for (const stream of document.querySelectorAll("[data-bottom]")) stream.scrollTop = stream.scrollHeight;
  window.scrollTo(0, document.body.scrollHeight); // in a narrow window the page itself scrolls
}

function isBeingFilled(part) {
  const fields = [...part.querySelectorAll("input:not([type=hidden]), textarea")];
  return fields.some((field) => (field.type === "file" ? field.value : field.value !== field.defaultValue));
}

function focusForm() {
  const form = document.querySelector("#modal .inner");
  (form?.querySelector("[autofocus]") ?? form?.querySelector("input:not([type=hidden]), textarea, select"))?.focus();
}

// A click is one on what is there from press to release: what is swapped in between, nobody pressed.
async function untilNothingIsPressed() {
  while (document.querySelector("[data-live] :active")) await new Promise((later) => setTimeout(later, 20));
}

// Swapping what holds the focus would throw a keyboard back to the top of the page.
function focusAgain(part, held) {
  const isSame = (one) =>
    one.dataset.actionId === held.dataset.actionId &&
    one.dataset.value === held.dataset.value &&
    one.closest("[data-ts]")?.id === held.closest("[data-ts]")?.id;
  if (held.dataset.actionId) [...part.querySelectorAll("[data-action-id]")].find(isSame)?.focus({ preventScroll: true });
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  await untilNothingIsPressed();
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const here = document.getElementById(part.id);
    if (!here || shownByServer.get(part.id) === part.innerHTML) continue;
    const sameView =
      here.querySelector("[data-view-id]")?.dataset.viewId === part.querySelector("[data-view-id]")?.dataset.viewId;
    if (sameView && isBeingFilled(here)) continue;
    shownByServer.set(part.id, part.innerHTML);
    const held = here.contains(document.activeElement) ? document.activeElement : null;
    here.replaceChildren(...part.childNodes);
    if (held) focusAgain(here, held);
    if (here.hasAttribute("data-bottom")) here.scrollTop = here.scrollHeight;
    if (here.id === "modal") focusForm();
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
  const field = event.target;
  if (field.type === "file") field.toggleAttribute("data-chosen", field.files.length > 0);
  if (!field.value) return;
  if (field.matches("[data-autosubmit]")) field.form.requestSubmit(field.closest("form").querySelector(".choose"));
  if (field.matches("[data-autopress]")) field.form.requestSubmit(field.closest(".pick").querySelector(".choose"));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("#modal [data-close]")?.click();
  const composer = event.target.matches("[data-composer]");
  if (composer && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

document.documentElement.classList.add("js");
remember(document);
scrollDown();
focusForm();
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
if (document.querySelector("[data-live]")) watch();
