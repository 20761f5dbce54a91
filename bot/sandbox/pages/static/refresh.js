// Keeps a page of the sandbox current: asks for the world's version and redraws what is marked data-live.
"use strict";

const body = document.body;
let seen = body.dataset.version;

async function redraw() {
  const answer = await fetch(location.href, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const old = document.getElementById(fresh.id);
    // Replacing what holds the focus would throw a keyboard back to the top of the page.
    if (old && !old.contains(document.activeElement)) old.replaceWith(fresh);
  }
}

async function look() {
  try {
    const answer = await fetch(body.dataset.watch, { cache: "no-store" });
    const { version } = await answer.json();
    if (version !== seen) {
      await redraw();
      seen = version;
    }
    delete body.dataset.lost;
  } catch {
    body.dataset.lost = "yes"; // the sandbox was stopped; it may come back
  }
  setTimeout(look, document.hidden ? 3000 : 700);
}

setTimeout(look, 700);
