"""Invitations to register oneself: over when old, called back, or when their inviter is nobody any more."""

import re
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.account_views import AccountAct
from bot.domain.errors import LinkExpired, LinkUnknown, Refusal
from bot.domain.mail_refusals import MailWaits
from bot.domain.member_refusals import InvitedOften, MemberUnknown, TooManyMembers
from bot.domain.members import MOST_A_DAY
from bot.domain.ris import Role
from bot.services import account_views, accounts, member_invitations, members
from tests.cast import AVERY, Office
from tests.services.test_members import a_person, do, find, listed, office, opened, refusal_of

__all__ = ["office"]


def test_an_invitation_that_was_called_back_or_is_too_old_lets_nobody_in(office: Office) -> None:
    administrator, _ = opened(office, "C-1")
    for email in ("a@kunde.example.org", "b@kunde.example.org"):
        do(
            office,
            member_invitations.invite,
            office.desk,
            email=email,
            role=Role.USER,
            lang="en",
            by=administrator,
        )
    office.work()
    first, second = re.findall(r"/join/([\w-]+)", "".join(mail.text for mail in office.mailer.sent))
    do(office, member_invitations.call_back, invitation_id=1, by=administrator)

    with pytest.raises(LinkUnknown):
        do(office, member_invitations.get_invited, first)
    do(office, member_invitations.call_back, invitation_id=1, by=administrator)  # a second click
    with pytest.raises(MemberUnknown):
        do(office, member_invitations.call_back, invitation_id=99, by=administrator)
    office.clock.at += timedelta(days=15)
    with pytest.raises(Refusal):
        do(office, member_invitations.join, office.desk, second, a_person(), sent="")


def test_an_invitation_that_is_too_old_stays_listed_and_is_sent_again_where_it_may_be(office: Office) -> None:
    administrator, _ = opened(office, "C-1")
    invite = partial(do, office, member_invitations.invite, office.desk, role=Role.USER, by=administrator)
    invite(email="a@kunde.example.org")
    old = office.tokens[-1]
    invite(email="b@kunde.example.org")
    called_back = office.tokens[-1]
    do(office, member_invitations.call_back, invitation_id=2, by=administrator)
    office.work()
    office.clock.wait(days=15)

    assert refusal_of(do, office, member_invitations.get_invited, old) is LinkExpired
    assert [one.email for one in listed(office, administrator).invited] == ["a@kunde.example.org"]
    do(office, member_invitations.renew, office.desk, called_back)
    do(office, member_invitations.renew, office.desk, "never was")
    do(office, member_invitations.renew, office.desk, old)
    mailed = [job.recipient for job in office.jobs("self_registration")]
    assert mailed == ["a@kunde.example.org", "b@kunde.example.org", "a@kunde.example.org"]
    again = partial(do, office, member_invitations.invite_again, office.desk, by=administrator)
    assert refusal_of(again, invitation_id=1) is MailWaits
    said = []
    for number in (1, 1, 1, 2):
        office.work()
        said.append(refusal_of(again, invitation_id=number))
    assert said == [None, None, InvitedOften, MemberUnknown]
    do(office, member_invitations.join, office.desk, office.tokens[-1], a_person(), sent="")
    do(office, member_invitations.renew, office.desk, old)
    assert len(office.jobs("self_registration")) == 5


@pytest.mark.parametrize("way", ["closed", "by_the_desk", "demoted"])
def test_who_looks_after_nobody_any_more_lets_nobody_in_either(office: Office, way: str) -> None:
    administrator, user = opened(office, "C-1")
    do(
        office,
        members.set_role,
        office.desk,
        account_id=user.id,
        role=Role.ORGANIZATION_ADMINISTRATOR,
        by=administrator,
    )
    rogue, role, invited = find(office, user.id), Role.ORGANIZATION_ADMINISTRATOR, "me@private.example"
    do(
        office,
        member_invitations.invite,
        office.desk,
        email=invited,
        role=role,
        lang="en",
        by=rogue,
    )
    office.work()
    (token,) = re.findall(r"/join/([\w-]+)", "".join(mail.text for mail in office.mailer.sent))
    if way == "demoted":
        do(office, members.set_role, office.desk, account_id=rogue.id, role=Role.USER, by=administrator)
    elif way == "closed":
        do(office, members.deactivate, office.desk, account_id=rogue.id, by=administrator)
    else:
        close = {"account_id": rogue.id, "by": AVERY.id}
        assert do(office, account_views.get, office.desk, rogue.id).invitations == 1
        do(office, account_views.act, office.desk, AccountAct.CLOSE, **close)

    with pytest.raises(LinkUnknown):
        do(office, member_invitations.join, office.desk, token, a_person(email="me@private.example"), sent="")
    assert listed(office, administrator).invited == ()
    assert [event.tag for event in office.events()].count("member:uninvited") == 1
    lost = partial(do, office, accounts.list_lost_invitations, 1)
    assert [(one.email, by) for one, by in lost().items()] == [(invited, rogue.id)]
    office.clock.wait(days=1)
    do(office, member_invitations.invite, office.desk, email=invited, role=Role.USER, by=administrator)
    assert lost() == {}
    do(office, member_invitations.call_back, invitation_id=2, by=administrator)
    assert lost() == {}  # her own doing


def test_an_organisation_adds_so_many_a_day(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST_A_DAY", 2)
    administrator, _ = opened(office, "C-1")
    do(office, members.create, office.desk, a_person(), by=administrator)
    do(office, member_invitations.invite, office.desk, email="x@y.example", role=Role.USER, by=administrator)

    with pytest.raises(TooManyMembers):
        do(office, members.create, office.desk, a_person(email="z@y.example"), by=administrator)
    office.clock.at += timedelta(days=1, seconds=1)
    do(office, members.create, office.desk, a_person(first_name="Jo"), by=administrator, shared=True)
    assert MOST_A_DAY == 100
