"""An invitation that was lost or wrong: found, sent again, corrected, withdrawn, by the desk or by asking."""

from pathlib import Path

import pytest

from bot.domain.account_views import InvitationAct, NoSuchAccount
from bot.domain.errors import LinkExpired, NotStaff
from bot.domain.events import EventTag
from bot.domain.mail_refusals import MailWaits
from bot.domain.partner_refusals import InvitationMailRests, InvitationOver, PartnerInvited
from bot.services import account_views, finding, open_invitations, partner_wishes, partners, people
from tests.cast import AVERY, ELI, Office, an_office
from tests.invited import PIA, invite, submit


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Pia has an invitation, P-1."""
    office = an_office(tmp_path)
    with office.connect() as db:
        invite(db, office.desk, office.tokens, now=office.now)
    office.work()
    office.clock.wait(minutes=6)
    return office


def mailed(office: Office) -> int:
    return len(office.jobs("partner_invitation"))


def act(office: Office, what: InvitationAct) -> None:
    with office.connect() as db:
        open_invitations.act(db, office.desk, what, number=1, by=AVERY, now=office.now)


@pytest.mark.parametrize("name", ["P-1", " p-1 ", PIA, PIA.upper(), f"<{PIA}>", f"{PIA}."])
def test_it_is_found_by_its_number_and_the_address(office: Office, name: str) -> None:
    with office.connect() as db:
        view = open_invitations.look_up(db, name, by=AVERY, now=office.now)
        found = finding.find(db, office.desk, name, page=1, by=AVERY, now=office.now)
        with pytest.raises(NotStaff):
            open_invitations.look_up(db, name, by=ELI, now=office.now)
    assert view is not None
    assert [mail.template for mail in view.mails] == ["partner_invitation"]
    assert [one.ref for one in found.invited] == ["P-1"]


@pytest.mark.parametrize("name", ["P-2", "P-", "P-\u0661", "P-9999999999", "nobody@rotor.example.org"])
def test_what_means_none_is_answered(office: Office, name: str) -> None:
    with office.connect() as db:
        assert open_invitations.look_up(db, name, by=AVERY, now=office.now) is None
        with pytest.raises(NoSuchAccount):
            account_views.find(db, name)


def ask(office: Office) -> None:
    """Anybody, on the portal, once the mail before has gone."""
    office.work()
    with office.connect() as db:
        partner_wishes.ask(db, office.desk, email=PIA, name="", company="", lang="en", now=office.now)


def test_who_asks_gets_it_again_and_a_stranger_uses_up_nothing_of_the_desks(office: Office) -> None:
    ask(office)
    ask(office)  # a moment later
    assert mailed(office) == 2
    for _ in range(10 * 60 // 11):  # every eleven minutes, for ten hours
        office.clock.wait(minutes=11)
        ask(office)

    assert 10 <= mailed(office) <= 16  # ever more rarely, and never not at all
    assert not office.jobs("partner_request_note")
    before = mailed(office)
    office.work()
    for _ in range(2):
        act(office, InvitationAct.AGAIN)
        with pytest.raises(MailWaits):
            act(office, InvitationAct.AGAIN)
        office.work()
        with pytest.raises(InvitationMailRests):
            act(office, InvitationAct.AGAIN)
        office.clock.wait(minutes=6)
    assert mailed(office) == before + 2
    with pytest.raises(InvitationMailRests):  # with the first it was mailed three times by the desk
        act(office, InvitationAct.AGAIN)


def test_another_role_and_language_count_by_the_links_that_went_out(office: Office) -> None:
    with office.connect() as db:
        open_invitations.correct(
            db, office.desk, number=1, role="service_partner", lang="de", by=AVERY, now=office.now
        )
        invited = partners.get_invitation(db, office.tokens[0], now=office.now)
    assert (invited.role, invited.lang) == ("service_partner", "de")
    assert [job.values["lang"] for job in office.jobs("partner_invitation")] == ["en", "de"]


def test_withdrawn_it_is_over_and_they_can_be_invited_again(office: Office) -> None:
    with office.connect() as db, pytest.raises(PartnerInvited):
        invite(db, office.desk, office.tokens, now=office.now)
    act(office, InvitationAct.WITHDRAW)
    with office.connect() as db:
        with pytest.raises(LinkExpired):
            partners.get_invitation(db, office.tokens[0], now=office.now)
        partners.renew(db, office.desk, office.tokens[0], now=office.now)
        assert mailed(office) == 1
        for what in InvitationAct:
            with pytest.raises(InvitationOver):
                act(office, what)
        invite(db, office.desk, office.tokens, now=office.now)
    assert mailed(office) == 2


def test_once_registered_its_number_leads_to_the_account(office: Office) -> None:
    with office.connect() as db:
        submit(db, office.desk, office.tokens[0], now=office.now)
        assert open_invitations.look_up(db, "P-1", by=AVERY, now=office.now) is None
        assert account_views.find(db, "P-1").email == PIA
        person = people.find(db, PIA)
        told = people.export(db, office.desk, person, reader=None, by="cli:root", now=office.now)
    assert (EventTag.PARTNER_INVITED, "partner_invitation:1") in {
        (one["what"], one["about"]) for one in told["history"]
    }
