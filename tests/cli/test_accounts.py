"""`usher accounts certificate` and `usher applications key`: what they do, and what they refuse."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bootstrap import Bot, make_desk
from bot.domain.launch import purpose_of
from bot.domain.tries import Tried, Tries
from bot.services import audit, members
from bot.settings import load
from bot.store import accounts, tries
from tests.cast import a_case, an_office
from tests.cli.shell import Shell, is_instant
from tests.cli.test_stock import desk
from tests.partners import begun
from tests.people import move_in
from tests.services.test_members import do, opened

__all__ = ["desk"]  # pytest finds the fixture here

CARD = "CN=Greta Lindgren,OU=MLOA Hardware,O=Example"


def owner_of(folder: Path) -> tuple[Bot, str, str]:
    """Two people with accounts at the desk of that folder."""
    office = an_office(folder)
    case = a_case(office)
    with office.connect() as db:
        first, second, *_ = move_in(db, office.desk, case, now=office.now)
    return office.bot, first.user_id, second.user_id


def test_a_certificate_is_one_accounts_until_it_is_taken_away(desk: Shell, tmp_path: Path) -> None:
    bot, mine, theirs = owner_of(tmp_path)
    assert mine in desk("accounts", "certificate", mine.upper(), f" {CARD}").out
    refused = desk("accounts", "certificate", theirs, CARD)
    unknown = desk("accounts", "certificate", "bbbb-bbbb", CARD)
    said = [desk("accounts", "certificate", mine, CARD, "--remove").out for _ in range(2)]
    with bot.connect() as db:
        partner = begun(db, bot.desk, number=2222, now=bot.clock.now())
        tags = [event.tag for event in audit.export(db) if event.tag.startswith("certificate:")]

    assert (refused.code, unknown.code) == (2, 2)
    assert mine in refused.faults[0]
    assert "no account with the User ID bbbb-bbbb" in unknown.faults[0]
    assert "second factor" in desk("accounts", "certificate", partner.user_id, CARD).faults[0]
    assert ["nothing" in line for line in said] == [False, True]
    assert tags == ["certificate:registered", "certificate:dropped"]
    assert desk("accounts", "certificate", theirs, CARD).code == 0


def test_the_key_of_an_application_checks_its_hand_overs_and_no_others(desk: Shell) -> None:
    key = bytes.fromhex(desk("applications", "key", "ForumPass").out.strip())
    as_json = desk("applications", "key", "ForumPass", "--json").objects
    assert as_json == [{"application": "ForumPass", "key": key.hex()}]
    signed = make_desk(load()).keyring.sign(purpose_of("ForumPass"), "user_id=k7m3-x9p2")
    mac = hmac.new(key, b"user_id=k7m3-x9p2", hashlib.sha256).digest()

    assert signed == base64.b32encode(mac).decode()[:26].lower()
    assert "ForumPass" in desk("applications", "key", "Other").faults[0]


def test_an_account_is_shown_unlocked_closed_and_opened_again(desk: Shell, tmp_path: Path) -> None:
    bot, mine, theirs = owner_of(tmp_path)
    facts = desk("accounts", "show", theirs, "--json").objects[0]
    with bot.connect() as db:
        tries.put(db, 2, Tried.PASSWORD, Tries(wrong=3), now=bot.clock.now())

    assert (facts["user_id"], facts["status"], facts["locked_until"]) == (theirs, "active", None)
    assert facts["mails"][0]["mail"] == "activation"
    assert is_instant(facts["activated_at"])
    assert is_instant(facts["mails"][0]["at"])
    assert theirs in desk("accounts", "show", facts["email"]).out
    said = [
        desk("accounts", *words)
        for words in (
            ("unlock", theirs),
            ("unlock", theirs),
            ("close", theirs),
            ("show", theirs, "--json"),
            ("close", theirs, "--reopen"),
            ("close", mine),
        )
    ]
    assert [one.code for one in said] == [0, 2, 0, 0, 0, 2]
    assert (facts["closed_by"], facts["closed_at"]) == (None, None)
    assert said[3].objects[0]["closed_by"].startswith("cli:")
    assert is_instant(said[3].objects[0]["closed_at"])
    assert (
        said[1]
        .faults[0]
        .startswith("Nothing was changed: as the account stands now, there is nothing of that")
    )
    assert "Administrator" in said[5].faults[0]
    with bot.connect() as db:
        accounts.set_email(db, 2, accounts.list_by_email(db, facts["email"])[0].email)
        accounts.set_email(db, 1, facts["email"])
    several = desk("accounts", "show", facts["email"])
    assert several.code == 2
    assert mine in several.faults[0]
    assert theirs in several.faults[0]
    unknown = [desk("accounts", "show", name) for name in ("nobody@example.com", "", " ")]
    assert [one.code for one in unknown] == [2, 2, 2]
    assert unknown[0].faults[0].startswith("There is no account for nobody@example.com.")
    assert unknown[1].faults == unknown[2].faults
    assert unknown[1].faults[0].startswith("Name the account: by its User ID, or by its owner's address.")


def test_what_the_customer_closed_is_opened_by_whoever_asked_there(desk: Shell, tmp_path: Path) -> None:
    office = an_office(tmp_path)
    a_case(office)
    administrator, user = opened(office, "C-1")
    do(office, members.deactivate, office.desk, account_id=user.id, by=administrator)

    refused = desk("accounts", "close", user.user_id, "--reopen")
    assert refused.code == 2
    assert administrator.name in refused.faults[0]
    assert "--asked" in refused.faults[0]
    shown = desk("accounts", "show", user.user_id)
    assert "deactivated" in shown.out
    assert administrator.name in shown.out
    assert desk("accounts", "show", user.user_id, "--json").objects[0]["closed_by"] == "account:1"
    assert desk("accounts", "close", user.user_id, "--reopen", "--asked").code == 0
    assert desk("accounts", "show", user.user_id, "--json").objects[0]["status"] == "active"
    assert desk("accounts", "close", user.user_id, "--asked").code == 2
    assert desk("accounts", "close", user.user_id).code == 0
    assert desk("accounts", "close", user.user_id, "--reopen").code == 0  # the desk's own closing


def test_a_partners_life_is_shown_and_its_end_moves(desk: Shell, tmp_path: Path) -> None:
    bot, now = an_office(tmp_path).bot, datetime.now(UTC)
    with bot.connect() as db:
        account = begun(db, bot.desk, now=now)
    until = (now.date() + timedelta(days=100)).isoformat()
    moved = desk("accounts", "extend", account.email, "--until", until, "--reason", "Long leave")
    refused = [
        desk("accounts", "extend", account.email, "--until", day, "--reason", why)
        for day, why in ((until, " "), ("2099-01-01", "Leave"), ("soon", "Leave"))
    ]
    facts = desk("accounts", "show", account.email, "--json").objects[0]["life"]

    assert until in moved.out
    assert [one.code for one in refused] == [2, 2, 2]
    assert (facts["state"], facts["ends_on"], facts["cycle"]) == ("valid", until, 1)
    assert [one["does"] for one in facts["coming"]] == ["validation", "reminder", "expired"]
    assert [(one["how"], one["reason"]) for one in facts["moves"]] == [
        ("extended", "Long leave"),
        ("begun", ""),
    ]
    assert "Long leave" in desk("accounts", "show", account.email).out


def test_accounts_from_elsewhere_are_looked_through_then_taken_over(desk: Shell, tmp_path: Path) -> None:
    an_office(tmp_path)
    day = (datetime.now(UTC).date() + timedelta(days=10)).isoformat()
    file = tmp_path / "partners.csv"
    file.write_text(f"e-mail;last name;ends on;shoe size\nada@works.example.com;Lindqvist;{day};38\n")
    early = desk("accounts", "import", str(file))
    dry = desk("accounts", "import", str(file), "--dry-run", "--json")
    done = desk("accounts", "import", str(file))
    again = desk("accounts", "import", str(file))

    assert (early.code, "--dry-run first" in early.err) == (2, True)
    assert (dry.code, dry.objects[0]["good"], dry.objects[0]["imported"]) == (0, 1, False)
    assert dry.objects[0]["columns_left_out"] == ["shoe size"]
    assert "waits for one click" in done.out
    assert again.code == 1
    assert "line 2, e-mail: has an account here already" in again.out
    assert desk("accounts", "import", str(tmp_path / "none.csv")).code == 2
