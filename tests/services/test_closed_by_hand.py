"""Whom the desk has closed out comes back by the word of who may close accounts, and nobody overlooks it."""

import pytest

from bot.domain.account_views import AccountAct
from bot.domain.errors import NotApprover
from bot.domain.invitation_files import Column
from bot.domain.lifecycle import LifeState
from bot.domain.partner_refusals import UndoesClosing
from bot.domain.staff import Staff
from bot.ports import SharedFile
from bot.services import account_views, partner_invitations, partner_requests
from tests.cast import AVERY, BLAKE, Office
from tests.invited import PIA
from tests.outside import PlainReader
from tests.services.test_partner_returns import become, by_register, invitations
from tests.services.test_partners import moved_in, office

__all__ = ["office"]  # the fixture


@pytest.fixture
def shut(office: Office) -> Office:
    """Pia's account, number 1, which Avery has closed."""
    moved_in(office)
    with office.connect() as db:
        act = AccountAct.CLOSE
        account_views.act(db, office.desk, act, account_id=1, by=AVERY.id, now=office.now)
    return office


def invite(office: Office, by: Staff, *, first_name: str = "") -> None:
    said = {Column.EMAIL: PIA, Column.ROLE: "", Column.LANGUAGE: "en", Column.FIRST_NAME: first_name}
    with office.connect() as db:
        partner_invitations.invite(db, office.desk, said, by=by, now=office.now, request_id=1)


def test_the_card_names_the_closed_account_and_only_who_may_close_invites(shut: Office) -> None:
    by_register(shut)
    shut.work()
    card = str([one.blocks for one in shut.chat.standing.values()])
    with shut.connect() as db:
        (closed,) = partner_requests.get(db, 1).closed
    assert f"{closed.user_id} was closed by <@{AVERY.id}>" in card

    with pytest.raises(UndoesClosing) as no:
        invite(shut, BLAKE)
    assert no.value.values["user_id"] == closed.user_id
    assert invitations(shut) == []
    invite(shut, AVERY)
    assert len(invitations(shut)) == 1


def test_another_person_of_the_address_is_invited_by_anybody(shut: Office) -> None:
    by_register(shut)
    invite(shut, BLAKE, first_name="Quentin")

    assert len(invitations(shut)) == 1


def test_a_file_is_no_way_around(shut: Office) -> None:
    file, reader = f"E-mail\n{PIA}".encode(), PlainReader()
    shared = SharedFile(name="people.csv", content=file)
    with shut.connect() as db:
        seen = partner_invitations.look(
            db, shut.desk, reader, name="people.csv", content=file, lang="en", role="", now=shut.now
        )
        assert seen.reading.fit
        with pytest.raises(UndoesClosing):
            partner_invitations.invite_all(
                db, shut.desk, reader, shared, seen=seen.digest, lang="en", role="", by=BLAKE, now=shut.now
            )


def test_nor_is_the_way_in_of_its_card(shut: Office) -> None:
    with shut.connect() as db, pytest.raises(NotApprover):
        account_views.check_may(db, AccountAct.RESEND, 1, BLAKE, now=shut.now)


def test_whom_the_clock_has_closed_anybody_of_the_desk_invites(office: Office) -> None:
    moved_in(office)
    become(office, LifeState.CLOSED, days=151)
    with office.connect() as db:
        said = {Column.EMAIL: PIA, Column.ROLE: "", Column.LANGUAGE: "en"}
        partner_invitations.invite(db, office.desk, said, by=BLAKE, now=office.now)
        account_views.check_may(db, AccountAct.RESEND, 1, BLAKE, now=office.now)

    assert len(invitations(office)) == 1
