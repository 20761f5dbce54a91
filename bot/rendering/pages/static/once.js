// Of two quick clicks on a button only the first sends the form. Only a help: the server bears both.
"use strict";

const sent = new WeakMap();

document.addEventListener("submit", (event) => {
  const now = Date.now();
  if (now - (sent.get(event.target) || 0) < 2000) {
    event.preventDefault();
  } else {
    sent.set(event.target, now);
  }
});
