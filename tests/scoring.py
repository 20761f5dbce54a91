"""How well a labelled set is read: decisions, fields and problems, with each difference from `truth.jsonl`.

Command line: `python -m tests.scoring FOLDER` reads every labelled file as `usher ris check --json` would.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bot.domain.ris import Company, User

Said = Mapping[str, Any]  #: one object of `truth.jsonl` or of `usher ris check --json`, or a part of one
Place = tuple[str, str, int | None, int | None]  #: a problem's kind, field, row and user
Alike = Callable[[Said, Said], bool]

COMPANY_FIELDS = tuple(one.name for one in fields(Company))
USER_FIELDS = tuple(one.name for one in fields(User))


@dataclass
class Tally:
    """How many values the labels hold, how many were found, and how many of those are the same."""

    wanted: int = 0
    found: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


@dataclass
class Score:
    """A whole set's result; `differences` are lines for people, each beginning with the file's name."""

    files: int = 0
    decided: int = 0  #: files with a right decision
    fields: Tally = field(default_factory=Tally)
    problems: Tally = field(default_factory=Tally)
    differences: list[str] = field(default_factory=list)

    @property
    def decisions(self) -> float:
        return self.decided / self.files if self.files else 1.0

    def table(self) -> str:
        lines = [
            f"{'':10} {'precision':>9} {'recall':>9}   of",
            f"{'decisions':10} {self.decisions:9.4f} {'':>9}   {self.files} files",
            *(
                f"{name:10} {one.precision:9.4f} {one.recall:9.4f}   {one.wanted} labelled, {one.found} found"
                for name, one in (("fields", self.fields), ("problems", self.problems))
            ),
        ]
        return "\n".join(lines)


def score(truths: Iterable[Said], predictions: Mapping[str, Said]) -> Score:
    """Compare each labelled file with what was predicted for it; a file without prediction has no case."""
    result = Score()
    for truth in truths:
        said = predictions.get(truth["file"], {"decision": None, "cases": []})
        _Compared(result, truth, said).compare()
    return result


@dataclass
class _Compared:
    result: Score
    truth: Said
    said: Said

    def compare(self) -> None:
        wanted, also = self.truth["decision"], self.truth.get("also_accept") or []
        decision = self.said["decision"]
        accepted = (decision == wanted or decision in also) and self._has_reason()
        self.result.files += 1
        self.result.decided += accepted
        if not accepted:
            names = (
                " ".join(filter(None, (one["decision"], one.get("reason"))))
                for one in (self.truth, self.said)
            )
            self.note("decision", *names)
        labelled, found = self.truth["cases"], self.said["cases"]
        if accepted and decision != wanted and not (labelled and found):
            return  # the other honest answer reads a form where the label has none, or none where it has one
        for case, read in _pairs(labelled, found, _same_company, _any_company):
            self._case(case or {}, read or {}, lenient="complete" in also)

    def _has_reason(self) -> bool:
        """A refusal is right with its reason; the labels may name several, with `|` between."""
        reasons = self.truth.get("reason")
        return reasons is None or self.said.get("reason") in reasons.split("|")

    def _case(self, case: Said, read: Said, *, lenient: bool) -> None:
        self._fields("company", COMPANY_FIELDS, case.get("company", {}), read.get("company", {}))
        matched = _pairs(case.get("users", ()), read.get("users", ()), _same_row, _same_address)
        for user, person in matched:
            who = user or person or {}
            where = f"user {who.get('email') or who.get('row')}"
            if not user or not person:
                self.note(where, "is there" if user else "nobody", "is there" if person else "nobody")
            self._fields(where, USER_FIELDS, user or {}, person or {})
        self._problems(case.get("problems", ()), read.get("problems", ()), lenient=lenient)

    def _fields(self, where: str, names: Iterable[str], labelled: Said, found: Said) -> None:
        tally = self.result.fields
        for name in names:
            wanted, value = _value(labelled.get(name)), _value(found.get(name))
            tally.wanted += wanted is not None
            tally.found += value is not None
            tally.right += wanted is not None and wanted == value
            if wanted != value and labelled and found:
                self.note(f"{where} · {name}", wanted, value)

    def _problems(self, labelled: Sequence[Said], found: Sequence[Said], *, lenient: bool) -> None:
        wanted, read = _places(labelled), _places(found)
        advice = _places([one for one in found if one["severity"] == "warning"])
        read -= advice - wanted
        if lenient and _only_vat_id(labelled):
            # Whether a well-formed number exists can be asked or let pass: both are right.
            wanted, read = _without_vat_id(wanted), _without_vat_id(read)
        tally = self.result.problems
        tally.wanted += wanted.total()
        tally.found += read.total()
        tally.right += (wanted & read).total()
        for place in (wanted - read).elements():
            self.note("problem", place, "nothing")
        for place in (read - wanted).elements():
            self.note("problem", "nothing", place)

    def note(self, where: str, wanted: object, found: object) -> None:
        self.result.differences.append(f"{self.truth['file']}: {where}: wanted {wanted!r}, found {found!r}")


def _pairs(
    labelled: Sequence[Said], found: Sequence[Said], *tests: Alike
) -> Iterator[tuple[Said | None, Said | None]]:
    """Each labelled thing with its likeness by the first test that has one; the rest stand alone."""
    partners: dict[int, int] = {}
    for alike in tests:
        for this, one in enumerate(labelled):
            free = (at for at in range(len(found)) if at not in partners.values() and alike(one, found[at]))
            if this not in partners and (hit := next(free, None)) is not None:
                partners[this] = hit
    for this, one in enumerate(labelled):
        yield one, found[partners[this]] if this in partners else None
    for at, other in enumerate(found):
        if at not in partners.values():
            yield None, other


def _same_company(one: Said, other: Said) -> bool:
    return _value(one["company"].get("name")) == _value(other["company"].get("name"))


def _any_company(_: Said, __: Said) -> bool:
    """A company whose name was misread is still the case that is left."""
    return True


def _same_row(one: Said, other: Said) -> bool:
    places = [(who.get("sheet") or "", who.get("row")) for who in (one, other)]
    return places[0] == places[1] and one.get("row") is not None


def _same_address(one: Said, other: Said) -> bool:
    address = _value(one.get("email"))
    return address is not None and address == _value(other.get("email"))


def _value(value: object) -> object:
    """As compared: nothing, "" and an empty list are all nothing; white space counts once."""
    if isinstance(value, str):
        return " ".join(value.split()) or None
    if isinstance(value, list | tuple):
        return list(value) or None
    return value


def _places(problems: Iterable[Said]) -> Counter[Place]:
    return Counter((one["kind"], one.get("field") or "", one.get("row"), one.get("user")) for one in problems)


def _only_vat_id(problems: Sequence[Said]) -> bool:
    return {one["kind"] for one in problems if one["severity"] == "error"} == {"bad_vat_id"}


def _without_vat_id(places: Counter[Place]) -> Counter[Place]:
    return Counter({place: many for place, many in places.items() if place[0] != "bad_vat_id"})


def read_truth(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def predict(folder: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read the files in this process as `usher ris check --json` would, with nobody's settings."""
    from bot import policy as policies  # noqa: PLC0415 - the children start before the heavy parts come
    from bot.bootstrap import make_reader  # noqa: PLC0415

    said: dict[str, dict[str, Any]] = {}
    policy = policies.load()
    with make_reader(policy.limits) as reader:
        from bot.rendering.readings import reading_json  # noqa: PLC0415
        from bot.settings import load_reading  # noqa: PLC0415
        from handlers.cli import ris  # noqa: PLC0415
        from handlers.cli.files import read_files  # noqa: PLC0415

        settings = load_reading(env_file=None)
        paths = [folder / name for name in names]
        for path, content in read_files(paths, policy.limits.mail_bytes):
            reading, _ = ris._read(reader, settings, policy, path, content)
            said[path.name] = reading_json(reading, file=path.name, authorised=None, message=lambda _: "")
    return said


def score_folder(folder: Path) -> Score:
    truths = read_truth(folder)
    return score(truths, predict(folder, [truth["file"] for truth in truths]))


def main(folders: Sequence[str]) -> int:
    if not folders:
        sys.stderr.write("name a folder that holds truth.jsonl\n")
        return 2
    for folder in folders:
        result = score_folder(Path(folder))
        sys.stdout.write("\n".join((*result.differences, f"\n{folder}", result.table(), "")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
