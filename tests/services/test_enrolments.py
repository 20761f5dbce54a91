"""Enrolling an authenticator: one link, one page, one first code; nothing of it readable at rest."""

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import AlreadyEnrolled, LinkExpired, LinkUnknown, NoAddress, NotEnrolled, NotStaff
from bot.domain.keyring import Keyring
from bot.domain.outbox import JobStatus
from bot.domain.staff import Staff
from bot.domain.step_up import LINK_AGAIN_AFTER, LINK_LASTS
from bot.services import enrolments, step_up
from bot.services.authenticators import SECRET
from bot.store import authenticators
from tests.authenticators import Phone, enrolled, mailed, with_address
from tests.cast import AVERY, BLAKE, ELI, Office
from tests.contracts.racing import race


def confirm(office: Office, token: str, code: str) -> bool:
    with office.connect() as db:
        return enrolments.confirm(db, office.desk, token=token, code=code, now=office.now)


def look(office: Office, token: str) -> Phone:
    with office.connect() as db:
        return Phone(enrolments.get_enrolment(db, office.desk, token=token, now=office.now).secret)


def renew(office: Office, token: str) -> int:
    """How many mails that queued."""
    before = len(office.jobs("enrolment"))
    with office.connect() as db:
        enrolments.renew(db, office.desk, token=token, lang="de", now=office.now)
    return len(office.jobs("enrolment")) - before


def tags(office: Office) -> list[str]:
    return [event.tag for event in office.events()]


def counts(office: Office, who: Staff) -> bool:
    try:
        with office.connect() as db:
            step_up.check_ready(db, office.desk, by=who, now=office.now)
    except NotEnrolled:
        return False
    return True


def test_the_link_goes_to_the_address_in_slack_and_a_first_code_confirms(office: Office) -> None:
    token, phone = mailed(office, AVERY)
    office.work()

    (sent,) = office.mailer.sent
    assert sent.to == "avery@desk.example.com"
    assert f"/enroll/{token}" in sent.text
    assert not counts(office, AVERY)
    assert confirm(office, token, phone.code(office.now))
    assert counts(office, AVERY)
    assert tags(office) == ["authenticator:mailed", "authenticator:confirmed"]
    office.work()
    assert "<@U0AVERY0001> has set up an authenticator." in office.chat.texts()


def test_looking_changes_nothing_and_shows_the_same(office: Office) -> None:
    token, _ = mailed(office, AVERY)
    with office.connect() as db:
        before = list(db.conn.iterdump())
    shown = {look(office, token) for _ in range(3)}
    with office.connect() as db:
        assert list(db.conn.iterdump()) == before

    assert len(shown) == 1


def test_a_wrong_first_code_leaves_the_link_as_it_is(office: Office) -> None:
    token, phone = mailed(office, AVERY)

    assert not confirm(office, token, phone.wrong(office.now))
    assert not confirm(office, token, "")
    assert not confirm(office, token, "not a code")
    assert confirm(office, token, phone.code(office.now))


def test_a_link_works_once(office: Office) -> None:
    token, phone = mailed(office, AVERY)
    confirm(office, token, phone.code(office.now))
    office.clock.wait(seconds=30)

    with pytest.raises(LinkExpired):
        confirm(office, token, phone.code(office.now))
    with pytest.raises(LinkExpired):
        look(office, token)


def test_of_two_who_confirm_at_once_one_does(office: Office) -> None:
    token, phone = mailed(office, AVERY)

    def one() -> str:
        try:
            return str(confirm(office, token, phone.code(office.now)))
        except LinkExpired:
            return "over"

    assert sorted(race(*[one] * 8)) == ["True", *["over"] * 7]
    assert tags(office).count("authenticator:confirmed") == 1


def test_a_link_is_over_after_a_day(office: Office) -> None:
    token, phone = mailed(office, AVERY)
    office.clock.at += LINK_LASTS

    with pytest.raises(LinkExpired):
        look(office, token)
    with pytest.raises(LinkExpired):
        confirm(office, token, phone.code(office.now))
    assert not counts(office, AVERY)


def test_a_newer_link_ends_the_older_one_and_has_another_secret(office: Office) -> None:
    first, phone = mailed(office, AVERY)
    second, newer = mailed(office, AVERY)

    with pytest.raises(LinkExpired):
        look(office, first)
    assert newer != phone
    assert not confirm(office, second, phone.code(office.now))
    assert confirm(office, second, newer.code(office.now))


@pytest.mark.parametrize("token", ["", "unknown", "A" * 43, "\ud800", "' or 1=1 --"])
def test_what_is_no_link_opens_nothing(office: Office, token: str) -> None:
    mailed(office, AVERY)

    with pytest.raises(LinkUnknown):
        look(office, token)
    with pytest.raises(LinkUnknown):
        confirm(office, token, "000000")


def test_a_link_of_another_purpose_opens_nothing(office: Office) -> None:
    token, _ = mailed(office, AVERY)
    with office.connect() as db:
        db.execute("update links set purpose = 'status'")

    with pytest.raises(LinkUnknown):
        look(office, token)
    assert renew(office, token) == 0


def test_the_code_of_one_phone_confirms_no_other(office: Office) -> None:
    _, averys = mailed(office, AVERY)
    blakes_link, _ = mailed(office, BLAKE)

    assert not confirm(office, blakes_link, averys.code(office.now))


def test_who_has_a_phone_is_mailed_no_other(office: Office) -> None:
    enrolled(office, AVERY)
    before = len(office.jobs("enrolment"))

    with office.connect() as db, pytest.raises(AlreadyEnrolled):
        enrolments.enrol(db, office.desk, by=with_address(AVERY), now=office.now)
    assert len(office.jobs("enrolment")) == before


def test_without_an_address_or_as_a_stranger_nothing_is_mailed(office: Office) -> None:
    with office.connect() as db:
        with pytest.raises(NoAddress):
            enrolments.enrol(db, office.desk, by=AVERY, now=office.now)
        with pytest.raises(NotStaff):
            enrolments.enrol(db, office.desk, by=with_address(ELI), now=office.now)

    assert office.jobs() == []


# A new one for an old link


def test_an_old_link_brings_a_new_one_to_the_address_on_file(office: Office) -> None:
    token, _ = mailed(office, AVERY)
    office.clock.at += LINK_LASTS

    assert renew(office, token) == 1
    assert office.job("enrolment").recipient == "avery@desk.example.com"
    office.work()
    assert office.mailer.sent[-1].subject == "Richten Sie Ihre Authenticator-App ein"
    assert look(office, office.tokens[-1]).secret


def test_old_links_cannot_fill_a_mailbox(office: Office) -> None:
    token, _ = mailed(office, AVERY)
    assert [renew(office, token) for _ in range(5)] == [0] * 5
    office.clock.at += LINK_AGAIN_AFTER

    assert [renew(office, token) for _ in range(5)] == [1, 0, 0, 0, 0]


def test_a_used_link_brings_nothing(office: Office) -> None:
    enrolled(office, AVERY)
    token = office.tokens[-1]
    office.clock.wait(days=2)

    assert renew(office, token) == 0
    assert renew(office, "unknown") == 0
    assert counts(office, AVERY)


# At rest


def test_neither_secret_nor_link_nor_code_stands_anywhere_in_the_database(
    office: Office, tmp_path: Path
) -> None:
    token, phone = mailed(office, AVERY)
    confirm(office, token, phone.code(office.now))
    office.work()
    with office.connect() as db:
        db.execute("pragma wal_checkpoint(truncate)")

    for path in tmp_path.glob("usher.db*"):
        stored = path.read_bytes()
        assert phone.secret.encode() not in stored
        assert base64.b32decode(phone.secret) not in stored
        assert token.encode() not in stored
        assert phone.code(office.now).encode() not in stored


def test_the_mail_is_sealed_until_it_goes_and_wiped_then(office: Office) -> None:
    token, _ = mailed(office, AVERY)
    with office.connect() as db:
        waiting = str(db.execute("select vals || secrets from outbox").fetchone()[0])
    office.work()
    with office.connect() as db:
        status, secrets = db.execute(
            "select status, secrets from outbox where template = 'enrolment'"
        ).fetchone()

    assert token not in waiting
    assert (status, secrets) == (JobStatus.SENT, "")


def test_the_purpose_is_its_own(office: Office) -> None:
    mailed(office, AVERY)
    with office.connect() as db:
        device = authenticators.find(db, AVERY.id)

    assert device is not None
    for purpose in ("outbox", "portal", "message-id"):
        with pytest.raises(ValueError, match="no key opens"):
            office.desk.keyring.open(purpose, device.sealed)


def test_a_new_secret_key_takes_over_with_the_next_code(office: Office) -> None:
    phone = enrolled(office, AVERY)
    former = office.bot.settings.secret_keys()
    both = replace(office.desk, keyring=Keyring(("another" * 6, *former)))
    with office.connect() as db:
        step_up.take_code(db, both, by=AVERY, code=phone.code(office.now), now=office.now)
        device = authenticators.find(db, AVERY.id)

    assert device is not None
    assert Keyring(("another" * 6,)).open(SECRET, device.sealed) == phone.secret


def test_a_phone_whose_key_is_lost_counts_as_none_and_is_set_up_anew(office: Office) -> None:
    phone = enrolled(office, AVERY)
    link, _ = mailed(office, BLAKE)
    desk = replace(office.desk, keyring=Keyring(("another" * 6,)))

    with office.connect() as db:
        with pytest.raises(NotEnrolled):
            step_up.take_code(db, desk, by=AVERY, code=phone.code(office.now), now=office.now)
        with pytest.raises(LinkUnknown):
            enrolments.get_enrolment(db, desk, token=link, now=office.now)
        assert enrolments.enrol(db, desk, by=with_address(AVERY), now=office.now)


def test_an_address_is_kept_only_while_a_link_may_need_it(office: Office) -> None:
    enrolled(office, AVERY)

    with office.connect() as db:
        device = authenticators.find(db, AVERY.id)
    assert device is not None
    assert device.address == ""
    assert device.confirmed_at == office.now - timedelta(seconds=30)
