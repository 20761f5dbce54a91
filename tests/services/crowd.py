"""Many people who approve the same case at the same moment, from the threads of a process of its own.

    python -m tests.services.crowd FOLDER FIRST HOW_MANY

Says "ready", waits for a line, lets them go together, and prints what became of each as a JSON line.
"""

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.errors import Refusal
from bot.domain.staff import Act, Staff
from bot.rendering.words import words
from bot.services import approvals
from tests.cast import Office, an_office

Told = dict[str, str]

ENGLISH = words("en", ZoneInfo("Europe/Berlin"))
RULES = "usher.toml"  #: in the folder, where the desk has rules of its own


def person(number: int) -> Staff:
    """Every other one of them approves; all are staff."""
    acts = frozenset(Act) if number % 2 == 0 else frozenset[Act]()
    return Staff(id=f"U0PERSON{number:04}", name=f"Person {number}", staff=True, acts=acts)


def open_desk(folder: Path) -> Office:
    own = folder / RULES
    return an_office(folder, **({"usher_config": str(own)} if own.exists() else {}))


def approve(office: Office, by: Staff, seen: str) -> Told:
    """What one of them is told; "" in `refused` where the approval counted."""
    with office.connect() as db:
        try:
            case = approvals.approve(db, office.desk, ref="C-1", seen=seen, by=by, now=office.now)
        except Refusal as refusal:
            values = refusal.values
            refusal.values.setdefault("who_may", "")
            told = ENGLISH.refusal(refusal, slack=True)
            return {"by": by.id, "refused": refusal.code, "winner": str(values.get("by", "")), "told": told}
    return {"by": by.id, "refused": "", "decided": "yes" if case.decision else ""}


def go_together(office: Office, people: list[Staff], seen: str, gate: threading.Barrier) -> list[Told]:
    told: list[Told] = []

    def run(by: Staff) -> None:
        gate.wait()
        told.append(approve(office, by, seen))

    threads = [threading.Thread(target=run, args=(by,)) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def main() -> None:
    folder, first, many = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    office = open_desk(folder)
    seen = office.case("C-1").content_hash
    people = [person(number) for number in range(first, first + many)]
    gate = threading.Barrier(many, action=lambda: next(starting()))
    for one in go_together(office, people, seen, gate):
        say(json.dumps(one))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def starting() -> Iterator[None]:
    """Once every thread stands at the gate."""
    say("ready")
    sys.stdin.readline()
    yield


if __name__ == "__main__":
    main()
