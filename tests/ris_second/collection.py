"""The set while it grows: files on disk, and a line of truth for each."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.ris_second.carriers import File, Letter
from tests.ris_second.drafts import Draft
from tests.ris_second.layouts import Grid
from tests.ris_second.manifest import manifest
from tests.ris_second.people import Registry
from tests.ris_second.writers import Writer

Carrier = Callable[[Letter, Sequence[File], int], bytes]

LETTERS = {
    "en": (
        (
            "Access for our people",
            "Hello,\n\nplease find our data attached. Let me know if you need more.\n\nBest\n",
        ),
        (
            "ForumPass set-up",
            "Hi there,\nas discussed on the phone, here is the completed sheet.\nThanks a lot\n",
        ),
    ),
    "de": (
        (
            "Freischaltung ForumPass",
            "Guten Tag,\n\nin der Anlage unsere Angaben.\n\nMit freundlichen Grüßen\n",
        ),
        ("Kundendaten", "Hallo,\nhier die Liste wie besprochen. Meldet euch, wenn was fehlt.\nViele Grüße\n"),
    ),
    "bi": (
        ("RIS / Kundendaten", "Hello / Guten Tag,\n\nsee attachment / siehe Anlage.\n\nRegards / Grüße\n"),
    ),
}


class Collection:
    """Files are numbered in the order in which they are added."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.registry = folder, Registry(seed)
        self.truths: list[dict[str, Any]] = []

    @property
    def number(self) -> int:
        return len(self.truths)

    def add(
        self,
        name: str,
        content: bytes,
        decision: str,
        *,
        cases: Sequence[dict[str, Any]] = (),
        lang: str | None = None,
        also: Sequence[str] = (),
        reason: str | None = None,
    ) -> None:
        file = f"{self.number:02}-{name}"
        (self.folder / file).write_bytes(content)
        truth = {
            "file": file,
            "decision": decision,
            "also_accept": list(also),
            "lang": lang,
            "cases": list(cases),
        }
        self.truths.append(truth | ({"reason": reason} if reason else {}))

    def letter(self, draft: Draft) -> Letter:
        subject, text = self.registry.luck.choice(LETTERS[draft.lang])
        who = draft.company
        sender = f"{who['contact_name'] or 'Office'} <{who['contact_email'] or 'office@example.org'}>"
        if "@" not in sender or (isinstance(who["contact_email"], str) and " " in who["contact_email"]):
            sender = "Front Desk <front.desk@example.org>"
        return Letter(sender, subject, f"{text}{who['contact_name'] or ''}\n")

    def bare(self, name: str, draft: Draft, grids: Sequence[Grid], write: Writer) -> None:
        self.form(name, write(grids), [draft])

    def mail(
        self,
        name: str,
        draft: Draft,
        grids: Sequence[Grid],
        write: Writer,
        carry: Carrier,
        *,
        file: str,
        type_: str = "",
    ) -> None:
        content = carry(self.letter(draft), [File(file, write(grids), type_)], self.number)
        self.form(f"{name}.eml", content, [draft])

    def form(self, name: str, content: bytes, drafts: Sequence[Draft], *, also: Sequence[str] = ()) -> None:
        worst = "incomplete" if any(draft.decision == "incomplete" for draft in drafts) else "complete"
        if any(draft.lenient for draft in drafts):
            also = ("complete",)
        cases = [draft.truth() for draft in drafts]
        self.add(name, content, worst, cases=cases, lang=drafts[0].lang, also=also)

    def close(self) -> None:
        lines = [json.dumps(truth, ensure_ascii=False) for truth in self.truths]
        (self.folder / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (self.folder / "manifest.sha256").write_text(manifest(self.folder), encoding="utf-8")
