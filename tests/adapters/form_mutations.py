"""Forms of every kind of file that samples bring, and ways to break their bytes."""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePath

from bot.adapters.mail_parsing import read_files
from tests.adapters.test_other_formats import ROWS, real, xlsb, xml_workbook
from tests.form_writers import as_html, form_sheets
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.winmail import Attached, winmail

DATA = Path(__file__).parents[1] / "data"
SUFFIXES = ("xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "tsv", "html", "xml", "zip", "dat")

Break = Callable[[bytes, random.Random], bytes]


@cache
def good_files() -> dict[str, tuple[str, bytes]]:
    """The largest sample of each kind, by its suffix, or one made by hand: its name and bytes."""
    found = {
        "xlsb": ("RIS.xlsb", xlsb([(row, 1, *real(row)) for row in range(40)])),
        "html": ("RIS.html", as_html(form_sheets("en", COMPANY, [MARA, TOM]))),
        "xml": ("RIS.xml", xml_workbook(ROWS)),
        "dat": ("winmail.dat", winmail([Attached(sound_form())])),
    }
    for path in sorted([*(DATA / "ris_samples").glob("*.eml"), *(DATA / "ris_second").glob("*.*")]):
        for name, content in _files_of(path):
            suffix = PurePath(name).suffix.lower().lstrip(".")
            if suffix in SUFFIXES and len(found.get(suffix, ("", b""))[1]) < len(content) < 200_000:
                found[suffix] = (f"RIS.{suffix}", content)
    return found


def _files_of(path: Path) -> list[tuple[str, bytes]]:
    if path.suffix != ".eml":
        return [(path.name, path.read_bytes())]
    return [(part.name, part.content) for part in read_files(path.read_bytes())]


def _overwrite(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 5, 50, 500))):
        changed[dice.randrange(len(changed))] = dice.choice((0, 255, dice.randrange(256)))
    return bytes(changed)


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _lose(content: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(content))
    return content[:start] + content[start + dice.randrange(1, 2_000) :]


def _repeat(content: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(content))
    return content[:start] + content[start : start + 200] * dice.randrange(1, 200) + content[start:]


def _cross(content: bytes, dice: random.Random) -> bytes:
    """The head of one kind with the tail of another."""
    other = dice.choice(sorted(good_files().values()))[1]
    return content[: dice.randrange(len(content))] + other[dice.randrange(len(other)) :]


BREAKS: tuple[Break, ...] = (_overwrite, _cut, _lose, _repeat, _cross)


def broken(suffix: str, seed: int) -> tuple[str, bytes]:
    """A broken file of that kind, the same for the same seed."""
    dice = random.Random(f"{suffix} {seed}")
    name, content = good_files()[suffix]
    return name, BREAKS[seed % len(BREAKS)](content, dice)
