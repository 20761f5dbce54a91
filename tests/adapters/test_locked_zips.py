"""Zips that only a password opens: told where they may hold a form."""

from bot.adapters.carriers import find_workbooks
from bot.domain.sheets import SheetRefusal
from tests.adapters.test_carriers import CSV, shown
from tests.forms import sound_form, zipped


def encrypted(content: bytes) -> bytes:
    """The same zip, which says that its parts are locked."""
    locked = bytearray(content)
    at = locked.find(b"PK\x01\x02")
    while at >= 0:
        locked[at + 8] |= 1
        at = locked.find(b"PK\x01\x02", at + 4)
    return bytes(locked)


def test_a_locked_zip_says_so_if_it_may_hold_a_form() -> None:
    assert shown(find_workbooks("a.zip", encrypted(zipped({"RIS.xlsx": sound_form()})))) == [
        ("a.zip", SheetRefusal.ENCRYPTED)
    ]
    assert find_workbooks("a.zip", encrypted(zipped({"photo.jpg": b"x"}))) == ()


def test_a_zip_is_locked_if_only_the_header_before_the_file_says_so() -> None:
    locked = bytearray(zipped({"RIS.csv": CSV}))
    locked[6] |= 1

    assert shown(find_workbooks("a.zip", bytes(locked))) == [("a.zip", SheetRefusal.ENCRYPTED)]
