"""`usher person`: what it prints, what it writes, and that one person alone erases nobody."""

import stat
from pathlib import Path

import pytest

from bot.store import accounts
from tests.cast import an_office
from tests.cli.shell import Shell
from tests.cli.test_accounts import owner_of
from tests.cli.test_stock import desk

__all__ = ["desk"]  # pytest finds the fixture here
pytestmark = pytest.mark.slow


def test_an_export_is_one_object_and_a_page_that_only_its_owner_reads(desk: Shell, tmp_path: Path) -> None:
    bot, _, theirs = owner_of(tmp_path)
    page = tmp_path / "page.html"
    told = desk("person", "export", theirs, "--json").objects
    shown = desk("person", "export", theirs, "--page", page, "--lang", "de")

    assert [one["accounts"][0]["account"]["user_id"] for one in told] == [theirs]
    assert set(told[0]) >= {"about", "accounts", "cases", "mails", "sent", "history"}
    assert "delete it" in shown.out
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "Konten" in page.read_text(encoding="utf-8")
    refused = [
        desk("person", "export", *words)
        for words in (
            (theirs, "--page", page), (theirs, "--page", tmp_path), (theirs, "--lang", "xx"),
            (theirs, "--page", tmp_path / "no" / "x.html"), ("nobody@example.com",), ("",),
        )
    ]  # fmt: skip
    assert [(one.code, len(one.faults)) for one in refused] == [(2, 1)] * 6
    with bot.connect() as db:
        tags = [row["tag"] for row in db.query("select tag from events where tag = 'person:exported'")]
    assert len(tags) >= 2


def test_a_dry_run_changes_nothing_and_asking_takes_its_code_and_two_others(
    desk: Shell, tmp_path: Path
) -> None:
    bot, mine, theirs = owner_of(tmp_path)
    waits = desk("person", "erase", theirs, "--json")
    with bot.connect() as db:
        before = accounts.find_by_user_id(db, theirs)
        db.execute("update cases set status = 'live'")
    assert (waits.code, waits.objects[0]["code"]) == (1, "")
    assert waits.objects[0]["waits"] == [{"why": "open_case", "what": "C-1"}]
    dry = desk("person", "erase", theirs, "--json")
    code = dry.objects[0]["code"]
    said = desk("person", "erase", mine).out
    assert (dry.code, "nothing was changed" in said, "without an Organization Administrator" in said) == (
        0, True, True,
    )  # fmt: skip
    assert dry.objects[0]["rows"]["accounts"] == 1
    unseen = desk("person", "erase", theirs, "--ask", "12345678")
    asked = desk("person", "erase", theirs, "--ask", code)
    again = desk("person", "erase", theirs, "--ask", code)

    assert (unseen.code, asked.code, again.code) == (2, 0, 2)
    assert "X-1" in asked.out
    assert "X-1" in again.faults[0]
    with an_office(tmp_path).connect() as db:
        assert accounts.find_by_user_id(db, theirs) == before
