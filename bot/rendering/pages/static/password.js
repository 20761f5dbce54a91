// Marks each rule of a new password as one types. Only a help: the server looks at every rule again,
// and the page works as well without this. The rules themselves stand in the page (data-policy).
"use strict";
(() => {
  const list = document.getElementById("rules");
  const field = document.getElementById("password");
  const again = document.getElementById("again");
  const said = document.getElementById("rules-said");
  const show = document.getElementById("show");
  if (!list || !field || !again || !said || !show) return;
  const policy = JSON.parse(list.dataset.policy);

  const plain = { "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss", "ς": "σ" };
  const fold = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
      .replace(/[øłđðæœıßς]/g, (sign) => plain[sign]).normalize("NFC");

  const escape = (sign) => sign.replace(/[\\\]^$.*+?()[{}|/-]/g, "\\$&");
  const words = new RegExp(
    policy.words
      .map((word) => [...word].map((sign) => `[${escape(sign)}${[...(policy.alike[sign] || "")].map(escape).join("")}]`).join(""))
      .join("|"), "gu");

  const withoutRuns = (text) => {
    const signs = [...text];
    let kept = "";
    for (let at = 0; at < signs.length;) {
      let end = at + 1;
      while (end < signs.length && policy.rows.some((row) => row.includes(signs.slice(at, end + 1).join("")))) end += 1;
      if (end - at < 3) { kept += signs[at]; end = at + 1; }
      at = end;
    }
    return kept;
  };
  const own = (folded) =>
    new Set([...withoutRuns(folded.replace(words, " "))].filter((sign) => /[\p{L}\p{N}]/u.test(sign))).size;

  const look = (text) => {
    const folded = fold(text);
    return {
      short: [...text].length >= policy.min,
      long: [...text].length <= policy.max,
      no_sign: /[\p{N}\p{P}\p{S}]/u.test(text),
      no_upper: /\p{Lu}/u.test(text),
      no_lower: /\p{Ll}/u.test(text),
      user_id: !policy.userId.some((part) => folded.includes(part)),
      name: !policy.name.some((part) => folded.includes(part)),
      common: own(folded) >= policy.own,
    };
  };

  let pause = 0;
  const mark = () => {
    const text = field.value.normalize("NFC");
    // What is far too long is not looked at, here as on the server.
    const kept = [...text].length > policy.max ? { long: false } : look(text);
    const open = [];
    for (const line of list.querySelectorAll("[data-rule]")) {
      const known = text && line.dataset.rule in kept;
      const state = known ? (kept[line.dataset.rule] ? "kept" : "broken") : "";
      line.className = state;
      line.children[1].textContent = state ? `(${list.dataset[state]})` : "";
      if (state === "broken") open.push(line.children[0].textContent);
    }
    // A voice reads what is missing once one pauses, not at every key.
    clearTimeout(pause);
    pause = setTimeout(() => {
      said.textContent = text ? (open.length ? `${list.dataset.broken}: ${open.join("; ")}` : list.dataset.kept) : "";
    }, 800);
  };

  show.hidden = false;
  show.querySelector("input").addEventListener("change", (event) => {
    for (const one of [field, again]) one.type = event.target.checked ? "text" : "password";
  });
  field.form.addEventListener("submit", () => {
    for (const one of [field, again]) one.type = "password"; // so that no browser offers it as a text again
  });
  field.addEventListener("input", mark);
  mark();
})();
