"""The invited person registers: once, by what they saw; the desk decides, and everybody hears."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.accounts import Account
from bot.domain.approvals import Choice
from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.differences import Differences
from bot.domain.errors import (
    AlreadyDecided,
    ContentChanged,
    LinkExpired,
    LinkUnknown,
    NotApprover,
    NothingWritten,
    NotWithdrawable,
    OwnWork,
    Refusal,
)
from bot.domain.events import EventTag
from bot.domain.registration import RefusalReason, Stage, changes
from bot.domain.registration_refusals import DraftChanged, NotTicked, RegistrationChanged, RegistrationDecided
from bot.domain.staff import Act
from bot.services import (
    cases,
    notices,
    nudges,
    registration,
    registration_decisions,
    withdrawals,
)
from bot.store import accounts, links, seats
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, Office
from tests.services.registering import (
    GRETA,
    an_invited,
    decide,
    fill,
    kept,
    registered,
    submit,
    tokens,
)
from tests.services.walked import stop


def made(office: Office) -> list[Account]:
    with office.connect() as db:
        return accounts.list_of_organisation(db, 1)


def sent_to(office: Office, address: str) -> list[str]:
    office.work()
    return [mail.subject for mail in office.mailer.sent if mail.to == address]


# The invited person


def test_what_was_filled_in_and_ticked_goes_to_the_desk_once(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    seen = fill(office, city="Bremen")
    with pytest.raises(NotTicked):
        submit(office, seen=seen, ticked=False)
    assert office.case("C-1").status is CaseStatus.INVITED
    submit(office, seen=seen)
    submit(office, seen=seen)  # from the other tab

    case = office.case("C-1")
    assert (case.status, case.ball) == (CaseStatus.REGISTRATION_REVIEW, BallHolder.DESK)
    assert sum(event.tag == "registration:submitted" for event in office.events()) == 1
    assert GRETA in case.hands
    office.work()
    assert "Hamburg → *Bremen*" in office.chat.texts()


def test_a_page_that_shows_something_else_submits_nothing(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    seen = fill(office)
    fill(office, city="Bremen")  # in another tab
    with pytest.raises(DraftChanged):
        submit(office, seen=seen)

    assert office.case("C-1").status is CaseStatus.INVITED


def test_nothing_can_be_typed_any_more_once_it_is_with_the_desk(tmp_path: Path) -> None:
    office = registered(tmp_path)
    before = kept(office)
    fill(office, city="Bremen")

    assert kept(office) == before


def test_whoever_answers_has_the_invitation_whatever_is_known_of_its_mail(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    with office.connect() as db:
        db.execute("update cases set status = 'provisioning'")
        db.execute("update case_steps set state = 'failed' where name = 'invitation'")
    fill(office)
    submit(office)

    assert office.case("C-1").status is CaseStatus.REGISTRATION_REVIEW


@pytest.mark.slow
def test_an_expired_link_gets_a_new_one_to_the_address_on_file_and_not_many(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    (old,) = tokens(office)
    office.clock.wait(days=31)
    with office.connect() as db:
        with pytest.raises(LinkExpired):
            registration.get_invitation(db, old, now=office.now)
        for _ in range(5):
            registration.renew(db, office.desk, token=old, now=office.now)
            registration.ask_again(db, office.desk, email=GRETA, now=office.now)
            registration.ask_again(db, office.desk, email="mallory@elsewhere.example.net", now=office.now)
            registration.renew(db, office.desk, token="none of ours", now=office.now)
        new = tokens(office)[-1]
        assert registration.get_invitation(db, new, now=office.now).case.ref == "C-1"

    assert len(tokens(office)) == 2
    assert "new link that was asked for" in office.mailer.sent[-1].text


def test_a_stranger_who_asks_for_the_link_all_day_keeps_no_other_mail_back(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    for _ in range(6 * 60 // 11):  # every eleven minutes, for six hours
        office.clock.wait(minutes=11)
        office.work()
        with office.connect() as db:
            registration.ask_again(db, office.desk, email=GRETA, now=office.now)
    with office.connect() as db, transaction(db):
        case, why = office.case("C-1"), registration.Why.REMINDER
        assert registration.invite(db, office.desk, case, key="r", why=why, now=office.now)

    mails = [job for job in office.jobs("invitation") if job.recipient == GRETA]
    assert len(mails) == 1 + 5 + 4 + 1  # five as they are asked for, then one an hour; and the reminder
    assert not [one for one in office.events() if one.tag == EventTag.ANSWER_CAPPED]


def test_a_link_of_another_purpose_or_of_a_closed_case_opens_nothing(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    later = office.now + timedelta(days=1)
    with office.connect() as db:
        for token, purpose, subject in (("s", "status", "C-1"), ("n", registration.LINK, "C-9")):
            links.add(db, token, purpose=purpose, subject=subject, now=office.now, expires_at=later)
            with pytest.raises(LinkUnknown):
                registration.get_invitation(db, token, now=office.now)


@pytest.mark.slow
def test_an_invitation_that_nobody_accepts_is_reminded_of_then_the_desk_is_told(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    for _ in range(24 * 20):
        office.clock.wait(hours=1)
        with office.connect() as db:
            nudges.nudge(db, office.desk, now=office.now)

    invited = [subject[:11] for subject in sent_to(office, GRETA) if ": register " in subject]
    assert invited == ["Invitation:", "Still open:", "Still open:"]
    assert "for the customer to register" in office.chat.texts()
    fill(office, tokens(office)[0])  # the first link works still


# The desk


def test_approving_makes_accounts_tells_everybody_and_the_case_is_live(tmp_path: Path) -> None:
    office = registered(tmp_path, last_name="Lindgren-Voss", phone_2="", name="Lindgren & Voss GmbH")
    case = decide(office)

    assert case.status is CaseStatus.LIVE
    assert case.ris.company.name == "Lindgren & Voss GmbH"  # what pages and later forms go by
    greta = made(office)[0]
    assert (greta.last_name, greta.phones, greta.is_administrator) == (
        "Lindgren-Voss", ("+493023125001",), True,
    )  # fmt: skip
    assert len(made(office)) == 3
    assert any("Activate your account for Lindgren & Voss GmbH" in one for one in sent_to(office, GRETA))
    assert sent_to(office, case.sponsor.address)[-1] == "Lindgren & Voss GmbH is set up (C-1)"
    with pytest.raises(AlreadyDecided) as refused:
        decide(office, Choice.REJECTED, by=AVERY)
    assert refused.value.values["by"] == CASEY.id


def test_what_differed_from_the_order_stands_on_the_card_afterwards_too(tmp_path: Path) -> None:
    office = registered(tmp_path, city="Bremen", name="Lindgren & Voss GmbH")

    def differing() -> Differences:
        with office.connect() as db:
            found = cases.get_card(db, office.desk, "C-1", now=office.now).registered
        assert found is not None
        return changes(found)

    before = differing()
    office.clock.wait(minutes=5)
    case = decide(office)

    assert (len(before), case.ris.company.city) == (3, "Bremen")
    assert differing() == before


def test_whoever_corrects_their_name_keeps_their_license_key(tmp_path: Path) -> None:
    office = registered(tmp_path, first_name="Margarete")
    decide(office)
    with office.connect() as db:
        (greta,) = [one for one in accounts.list_of_organisation(db, 1) if one.is_administrator]
        holders = [(seat.holder.name, seat.holder.email) for seat in seats.list_held(db, 1) if seat.holder]

    assert greta.first_name == "Margarete"
    assert [email for name, email in holders if name == greta.name] == [greta.email]


def test_refusing_gives_the_draft_back_with_a_new_link(tmp_path: Path) -> None:
    office = registered(tmp_path, city="Bremen")
    first, seal = tokens(office)[-1], kept(office).seal
    decide(office, Choice.REJECTED)
    office.work()

    assert office.case("C-1").status is CaseStatus.INVITED
    assert (kept(office).stage, kept(office).draft["city"]) == (Stage.FORM, "Bremen")
    assert "The street is that of your warehouse." in office.mailer.sent[-1].text
    with office.connect() as db, pytest.raises(LinkExpired):
        registration.get_invitation(db, first, now=office.now)
    with pytest.raises(RegistrationDecided):  # a late click
        decide(office, seen=seal)
    office.clock.wait(hours=1)
    fill(office, city="Bremen")
    submit(office)
    with pytest.raises(RegistrationChanged):  # the same words again are another submission
        decide(office, seen=seal)
    assert decide(office).status is CaseStatus.LIVE
    assert made(office) != []


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        (BLAKE, NotApprover),
        (replace(CASEY, acts=frozenset({Act.REVIEW})), NotApprover),
        (replace(CASEY, email=GRETA), OwnWork),
    ],
)
def test_who_may_not_decide_changes_nothing(tmp_path: Path, by: object, refusal: type[Refusal]) -> None:
    office = registered(tmp_path)
    with pytest.raises(refusal):
        decide(office, by=by)  # type: ignore[arg-type]

    assert office.case("C-1").status is CaseStatus.REGISTRATION_REVIEW
    assert made(office) == []


def test_a_refusal_says_what_to_do(tmp_path: Path) -> None:
    office = registered(tmp_path)
    with office.connect() as db, pytest.raises(NothingWritten):
        registration_decisions.refuse(
            db,
            office.desk,
            ref="C-1",
            seen=kept(office).seal,
            by=CASEY,
            reason=RefusalReason.OTHER,
            message=" \n ",
            now=office.now,
        )
    assert office.case("C-1").status is CaseStatus.REGISTRATION_REVIEW


@pytest.mark.parametrize("as_of", [an_invited, registered])
def test_until_it_is_live_who_may_buy_ends_it_and_all_who_know_of_it_hear(
    tmp_path: Path, as_of: Callable[[Path], Office]
) -> None:
    office = as_of(tmp_path)
    case, token = office.case("C-1"), tokens(office)[-1]
    with office.connect() as db, pytest.raises(ContentChanged):
        withdrawals.withdraw(db, office.desk, ref="C-1", seen=case.content_hash, by=BLAKE, now=office.now)
    with pytest.raises(NotApprover):
        stop(office, BLAKE)
    stop(office, CASEY)
    office.work()

    assert office.case("C-1").status is CaseStatus.WITHDRAWN
    assert [job.recipient for job in office.jobs("withdrawal")] == [case.sponsor.address]
    holders = {job.recipient for job in office.jobs("license_key")}
    assert {job.recipient for job in office.jobs("key_voided")} == holders
    with office.connect() as db, pytest.raises(LinkUnknown):
        registration.get_invitation(db, token, now=office.now)
    with pytest.raises(NotWithdrawable):
        stop(office, CASEY)


def test_what_is_live_is_not_ended(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office)
    with pytest.raises(NotWithdrawable) as refused:
        stop(office, CASEY)

    assert refused.value.values["standing"]


def test_a_registration_that_waits_for_the_desk_is_reminded_of_and_escalates_to_no_others(
    tmp_path: Path,
) -> None:
    office = registered(tmp_path)
    since = office.now
    for _ in range(24 * 7):
        office.clock.wait(hours=1)
        with office.connect() as db:
            notices.remind(db, office.desk, now=office.now)
        office.work()
    told = [event.tag for event in office.events() if event.at > since]

    assert [told.count(tag) for tag in ("case:reminded", "case:escalated")] == [1, 1]
    assert not office.case("C-1").escalated
    assert f"<@{CASEY.id}>" in office.chat.texts()
