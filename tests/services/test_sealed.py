"""A SECRET_KEY that opens nothing of what is there: it is told, and nothing is taken under it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.events import EventTag
from bot.domain.key_refusals import SecretKeyWrong
from bot.domain.keyring import Keyring
from bot.services import mark_keys, sealed, supply_checks, vouchers
from bot.store import mark_keys as marks
from tests.cast import Office
from tests.license_keys import stock
from tests.services.stocked import a_voucher_file

RIGHT, WRONG = "0123456789abcdef0123456789abcdef", "another-key-of-thirty-two-signs-0"


def under(office: Office, *keys: str) -> Office:
    """The same desk with these in SECRET_KEY; `keep` is what a start and each command begin with."""
    desk = replace(office.desk, keyring=Keyring(keys))
    with office.connect() as db:
        mark_keys.keep(db, desk.keyring)
    return replace(office, bot=replace(office.bot, desk=desk))


def how_secrets_are(office: Office) -> Sequence[tuple[bool, bool]]:
    office.bot.look_at_secrets()
    return [(part.well, part.needs_person) for part in office.bot.health.parts() if part.name == "SECRET_KEY"]


def import_under(office: Office) -> bool:
    content = a_voucher_file(2, first=7)
    with office.connect() as db:
        return vouchers.import_file(
            db, office.desk, office.reader, name="v.csv", content=content, by="cli:anna", now=office.now
        ).imported


def test_a_wrong_key_is_told_takes_no_vouchers_and_leaves_no_trace(office: Office) -> None:
    right = under(office, RIGHT)
    stock(right, ["PMZV-JM6H-9N73", "Q3ZV-JM6H-9N74"])
    wrong = under(right, WRONG)

    assert how_secrets_are(right) == [(True, False)]
    assert how_secrets_are(wrong) == [(False, True)]
    with pytest.raises(SecretKeyWrong):
        import_under(wrong)
    with right.connect() as db:
        stocked = next(supply_checks.look(db, wrong.desk, now=right.now))
        assert sealed.examine(db, right.desk.keyring).well
    assert stocked.sentence.startswith("0 License Keys can be issued (of 2")
    assert how_secrets_are(under(right, WRONG, RIGHT)) == [(True, False)]
    assert import_under(under(right, WRONG, RIGHT))


def test_marks_of_a_key_that_is_lost_for_good_are_the_doctors_alone(office: Office) -> None:
    """Nothing but marks was sealed: the service goes on under its own key, and used keys are unknown."""
    under(office, RIGHT)
    later = under(office, WRONG)

    assert how_secrets_are(later) == [(True, False)]
    with office.connect() as db:
        assert not sealed.examine(db, later.desk.keyring).well
        assert any(later.desk.keyring.opens(sealed.MARK_KEY, text) for _, text in marks.list_all(db))


def test_a_key_that_is_lost_for_good_leaves_a_desk_that_works_under_the_new_one(office: Office) -> None:
    """Its stock would be given out, and every case that got one of its keys would stand still."""
    stock(under(office, RIGHT), ["PMZV-JM6H-9N73", "Q3ZV-JM6H-9N74"])
    later = under(office, WRONG)
    with pytest.raises(SecretKeyWrong):
        import_under(later)
    with later.connect() as db:
        lost = mark_keys.forget_lost(db, later.desk.keyring, by="cli:anna", now=office.now)
        again = mark_keys.forget_lost(db, later.desk.keyring, by="cli:anna", now=office.now)

    assert (lost.marks, lost.stock, lost.all_closed) == (len(mark_keys.MARKED), 2, True)
    assert (again.marks, again.stock, again.all_closed) == (0, 0, False)
    assert [event.data for event in office.events() if event.tag == EventTag.KEY_LOST] == [
        {"marks": lost.marks, "stock": 2}
    ]
    assert import_under(later)
    with later.connect() as db:
        assert sealed.examine(db, later.desk.keyring).well
        stocked = next(supply_checks.look(db, later.desk, now=office.now))
    assert stocked.sentence.startswith("2 License Keys can be issued")
    assert how_secrets_are(under(later, WRONG)) == [(True, False)]


def test_what_a_key_of_the_ring_opens_is_never_forgotten(office: Office) -> None:
    both = under(under(office, RIGHT), WRONG, RIGHT)
    stock(both, ["PMZV-JM6H-9N73"])
    with both.connect() as db:
        before = marks.list_all(db)
        lost = mark_keys.forget_lost(db, both.desk.keyring, by="cli:anna", now=office.now)

        assert (lost.marks, lost.stock) == (0, 0)
        assert marks.list_all(db) == before
    assert EventTag.KEY_LOST not in [event.tag for event in office.events()]
