"""A partner's lost app: two of the desk, a cooling time that its owner can end, then another app, once."""

from datetime import timedelta

import pytest

from bot.domain.errors import LinkUnknown, Refusal, SignInNeeded
from bot.domain.outbox import JobKind
from bot.domain.partner_refusals import AppCodeWrong
from bot.domain.phone_reset_refusals import AgreedBefore, ResetOpen
from bot.domain.phone_resets import ResetCard, ResetState
from bot.domain.sessions import Strength
from bot.domain.staff import Staff
from bot.rendering.account_cards import account_card
from bot.rendering.finding import findings_card
from bot.rendering.words import words
from bot.services import (
    account_views,
    finding,
    home,
    partner_authenticators,
    phone_reset_desk,
    phone_resets,
    queue,
    recovery_codes,
    sessions,
    standing,
)
from bot.store import authenticators
from bot.store.database import transaction
from tests.authenticators import Phone, enrolled
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case
from tests.services.test_partners import moved_in, office, take, visit
from tests.services.test_queue import ref_of

HOUR = timedelta(hours=1)
__all__ = ["office"]  # the fixture


class Lost:
    """Pia has said that her app is lost; two of the desk have their own."""

    def __init__(self, office: Office) -> None:
        self.office, self.pia = office, moved_in(office)
        self.eyes = {who: enrolled(office, who) for who in (AVERY, CASEY)}
        self.weak = visit(office, self.pia.account)
        with office.connect() as db:
            strong = visit(office, self.pia.account, Strength.PHONE_OTP)
            recovery_codes.make(db, office.desk, strong, now=office.now)
            phone_resets.ask(db, office.desk, self.weak, now=office.now)

    def agree(self, who: Staff, seen: ResetState) -> ResetState:
        self.office.clock.wait(seconds=30)
        code = self.eyes[who].code(self.office.now)
        with self.office.connect() as db:
            return phone_reset_desk.agree(
                db, self.office.desk, reset_id=1, seen=seen, by=who, code=code, now=self.office.now
            ).state

    def cool(self) -> None:
        """Both agree, and the mail about it goes out."""
        self.agree(AVERY, ResetState.ASKED)
        self.agree(CASEY, ResetState.AGREED)
        self.office.work(kinds=(JobKind.MAIL,))

    def pass_hours(self, hours: float) -> bool:
        """Whether the app is gone then."""
        self.office.clock.wait(hours=hours)
        with self.office.connect() as db:
            phone_resets.carry_out(db, self.office.desk, now=self.office.now)
            return authenticators.find(db, f"account:{self.pia.account.id}") is None

    def told(self) -> list[str]:
        return [job.values["words"]["state"] for job in self.office.jobs("app_reset")]

    def found(self, by: Staff) -> list[str]:
        """What waits, as their home tab lists it, and what they may decide of it."""
        desk, now = self.office.desk, self.office.now
        with self.office.connect() as db:
            waiting = home.get_home(db, desk, by=by, now=now).lost
            card = queue.find_next(db, desk, by=by, now=now)
        return [one.reset.ref for one in waiting] + (["mine"] if isinstance(card, ResetCard) else [])

    def start(self, phone: Phone) -> str:
        with self.office.connect() as db:
            code = phone.code(self.office.now)
            return partner_authenticators.start_anew(
                db, self.office.desk, self.weak, code=code, now=self.office.now
            )


@pytest.fixture
def lost(office: Office) -> Lost:
    return Lost(office)


@pytest.mark.slow
def test_two_of_the_desk_and_a_day_lead_to_another_app_once(lost: Lost) -> None:
    office, pia = lost.office, lost.pia
    assert len(office.jobs("phone_reset_note")) == 1
    with office.connect() as db, pytest.raises(ResetOpen):
        phone_resets.ask(db, office.desk, lost.weak, now=office.now)
    assert lost.agree(AVERY, ResetState.ASKED) is ResetState.AGREED
    with pytest.raises(AgreedBefore):
        lost.agree(AVERY, ResetState.AGREED)
    assert lost.agree(CASEY, ResetState.AGREED) is ResetState.COOLING
    assert not lost.pass_hours(24)  # the mail about it has not gone
    office.work(kinds=(JobKind.MAIL,))
    assert not lost.pass_hours(23)
    with pytest.raises(SignInNeeded):
        lost.start(Phone(partner_authenticators.offer(office.desk, lost.weak).secret))
    assert lost.pass_hours(1)
    assert lost.told() == ["asked", "cooling", "done"]

    with office.connect() as db, pytest.raises(SignInNeeded):  # signed out everywhere
        sessions.get(db, office.desk, lost.weak.token, now=office.now)
    lost.weak = visit(office, pia.account)
    phone = Phone(partner_authenticators.offer(office.desk, lost.weak).secret)
    with pytest.raises(AppCodeWrong):
        lost.start(pia.phone)
    with office.connect() as db:
        whole = sessions.get(db, office.desk, lost.start(phone), now=office.now)
    assert not whole.lacks_factor
    lost.weak = visit(office, pia.account)
    with pytest.raises(SignInNeeded):  # once
        lost.start(Phone(partner_authenticators.offer(office.desk, lost.weak).secret))
    office.clock.wait(seconds=30)
    assert take(office, visit(office, pia.account), pia.phone.code(office.now)) is not None
    assert take(office, visit(office, pia.account), phone.code(office.now)) is None
    with office.connect() as db:
        assert recovery_codes.count_left(db, whole) == 0


def test_the_desk_finds_it_among_what_waits_until_two_have_agreed(lost: Lost) -> None:
    assert [lost.found(by) for by in (AVERY, CASEY, BLAKE)] == [["R-1", "mine"], ["R-1", "mine"], ["R-1"]]
    lost.agree(AVERY, ResetState.ASKED)
    assert [lost.found(by) for by in (AVERY, CASEY, BLAKE)] == [["R-1"], ["R-1", "mine"], ["R-1"]]
    lost.agree(CASEY, ResetState.AGREED)
    assert [lost.found(by) for by in (AVERY, CASEY, BLAKE)] == [[], [], []]


def test_the_desk_is_reminded_once_for_each_yes_in_working_hours(lost: Lost) -> None:
    def reminded() -> list[str]:
        return [job.values["words"]["state"] for job in lost.office.jobs("phone_reset_waits_note")]

    def posted() -> list[str]:
        return [one.text for one in lost.office.chat.standing.values() if "has waited" in one.text]

    office = lost.office
    calendar, began = office.desk.policy.calendar_of_desk, office.now
    due = calendar.after_hours(began, timedelta(hours=office.desk.policy.approvals.remind_after_hours))
    lost.pass_hours((due - began) / HOUR - 0.01)
    assert reminded() == []
    for _ in range(2):
        lost.pass_hours(0.02)
    assert reminded() == ["asked"]
    office.work()
    assert [CASEY.id in text for text in posted()] == [True]
    lost.agree(CASEY, ResetState.ASKED)
    lost.pass_hours(72)
    assert reminded() == ["asked", "agreed"]
    lost.agree(AVERY, ResetState.AGREED)
    office.work()
    assert len(posted()) == 1  # somebody decided meanwhile


def test_what_waits_for_the_desk_longer_than_its_reminder_is_on_the_weekly_list(lost: Lost) -> None:
    """It named cases alone, while whose app was lost stayed locked out."""
    office = lost.office

    def listed(week: str) -> list[str]:
        with office.connect() as db:
            standing.tell(db, office.desk, week, now=office.now)
        office.work()
        return [one.text for one in office.chat.standing.values() if one.key == f"standing:{week}"]

    assert listed("1") == []
    lost.pass_hours(72)
    assert listed("2") == ["Lost phones and apps: 1 request waits for the desk"]
    lost.agree(AVERY, ResetState.ASKED)
    assert listed("3") == []


def test_it_comes_before_the_cases_and_can_be_skipped(lost: Lost) -> None:
    office, case = lost.office, a_case(lost.office)
    with office.connect() as db:
        after = {
            one: queue.find_next(db, office.desk, by=CASEY, after=one, now=office.now)
            for one in ("", "R-1", case.ref)
        }

    assert [ref_of(one) for one in after.values()] == ["R-1", case.ref, "R-1"]


@pytest.mark.parametrize("name", ["A-1", " a\u20111 ", "R-1", "R-1.", "`A-1`"])
def test_the_account_is_found_by_what_mails_and_cards_call_it(lost: Lost, name: str) -> None:
    office, pia = lost.office, lost.pia.account
    with office.connect() as db:
        view = account_views.look_up(db, office.desk, name, by=CASEY.id, now=office.now)
        found = finding.find(db, office.desk, name, page=1, by=CASEY, now=office.now)

    assert (view.account.id, found.account and found.account.id) == (pia.id, pia.id)
    assert "Lost authenticator app: R-1" in str(account_card(view, words=words("en")).blocks)
    assert pia.user_id in str(findings_card(found, words=words("en")).blocks)


@pytest.mark.parametrize("name", ["A-2", "R-2", "A-", "A-1 R-1", "1"])
def test_what_names_none_is_answered(lost: Lost, name: str) -> None:
    with lost.office.connect() as db:
        assert account_views.find_by_ref(db, name) is None


@pytest.mark.parametrize("how", ["link", "passcode", "refused", "lapsed"])
def test_its_owner_the_desk_or_the_clock_ends_it_and_the_app_stays(lost: Lost, how: str) -> None:
    office, stop = lost.office, lost.office.tokens[-1]
    if how == "refused":
        with office.connect() as db:
            phone_reset_desk.refuse(
                db, office.desk, reset_id=1, seen=ResetState.ASKED, by=AVERY, now=office.now
            )
    else:
        lost.cool()
    if how == "link":
        with office.connect() as db:
            phone_resets.stop(db, office.desk, stop, now=office.now)
            with pytest.raises(LinkUnknown):
                phone_resets.stop(db, office.desk, "A" * 43, now=office.now)
    if how == "passcode":
        assert take(office, lost.weak, lost.pia.phone.code(office.now)) is None
    if how == "lapsed":  # the account, which nobody validated
        with office.connect() as db, transaction(db):
            db.execute("update lives set state = 'closed'")
    assert not lost.pass_hours(200)
    assert lost.told()[-1] == (how if how in ("refused", "lapsed") else "stopped")
    with pytest.raises(Refusal):
        lost.agree(CASEY, ResetState.COOLING)
