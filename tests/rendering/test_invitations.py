"""The modals that invite partners and their note, as they were approved; every fault has its sentence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import policy
from bot.domain.account_views import AccountMail, InvitationView
from bot.domain.invitation_files import BadRow, Column, FileFault, GoodRow, InvitationReading, InviteFault
from bot.domain.languages import LANGUAGES
from bot.domain.outbox import JobStatus
from bot.domain.partner_requests import PartnerRequest, RequestState
from bot.domain.partners import Invitation, NewInvitation
from bot.rendering import invitation_cards, invitations
from bot.rendering.blocks import Block, Card
from bot.rendering.invitations import Given
from bot.rendering.words import words
from tests.golden import assert_json_approved

ROLES = policy.load().extranet.roles
SAID = {**dict.fromkeys(Column, ""), Column.LANGUAGE: "de", Column.ROLE: "guest"}
GIVEN = Given(said=SAID, file_id="F0SAMPLE001")
GOOD = tuple(
    GoodRow(line=line, invited=NewInvitation(email=f"p{line}@rotor.example.org", lang="en", role="guest"))
    for line in range(2, 5)
)
BAD = tuple(
    BadRow(line=line, column=column, fault=fault, other=2 if fault is InviteFault.IN_FILE else 0)
    for line, (fault, column) in enumerate(zip(InviteFault, [*Column] * 2, strict=False), 7)
)
ASKED = PartnerRequest(
    id=4, email="uma@rotor.example.org", name="Uma Okafor", company="Rotor Handels GmbH", lang="de",
    asked_at=datetime(2024, 9, 12, 8, 2, tzinfo=UTC), state=RequestState.ASKED,
)  # fmt: skip
REFUSED = replace(ASKED, state=RequestState.REFUSED, decided_by="U0AVERY0001")
UNFIT = InvitationReading(good=GOOD, bad=BAD, left_out=("Telefon", "Batch"))
NOW = datetime(2024, 9, 12, 8, 2, tzinfo=UTC)
OPEN = Invitation(
    id=7, email="uma@rotor.example.org", first_name="Uma", last_name="Okafor", lang="de", role="guest",
    by="U0AVERY0001", made_at=NOW, until=NOW + timedelta(days=30), draft={},
)  # fmt: skip
MAILED = AccountMail(template="partner_invitation", at=NOW, status=JobStatus.SENT, came_back=True)
VIEWS = [
    InvitationView(invitation=OPEN, mails=(MAILED,), now=NOW),
    InvitationView(invitation=OPEN, mails=(), now=NOW + timedelta(days=31)),
    InvitationView(invitation=replace(OPEN, ended_at=NOW), mails=(), now=NOW),
]


def looked(reading: InvitationReading, lang: str, *, name: str = "partners.csv") -> Block:
    return invitations.looked_modal(reading, GIVEN, ROLES, name=name, digest="ab" * 32, words=words(lang))


def shown(lang: str) -> dict[str, Card | Block]:
    say = words(lang)
    return {
        "invite": invitations.invite_modal(ROLES, words=say),
        "invitation": invitation_cards.invitation_card(VIEWS[0], ROLES, words=say),
        "invitation_over": invitation_cards.invitation_card(VIEWS[2], ROLES, words=say, done="withdraw"),
        "invitation_correct": invitation_cards.correct_modal(VIEWS[0], ROLES, words=say),
        "invite_fit": looked(InvitationReading(good=GOOD), lang),
        "invite_unfit": looked(UNFIT, lang),
        "invite_no_file": looked(InvitationReading(fault=FileFault.NO_ADDRESSES), lang),
        "invite_asked": invitations.invite_modal(ROLES, asked=ASKED, words=say),
        "invite_request": invitations.request_note(ASKED, words=say),
        "invite_request_refused": invitations.request_note(REFUSED, words=say),
        "invite_note": invitations.partners_note({"by": "U0AVERY0001", "count": 40}, words=say),
    }


@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", shown("en"))
def test_each_looks_as_approved(name: str, lang: str) -> None:
    one = shown(lang)[name]
    seen = {"text": one.text, "blocks": one.blocks} if isinstance(one, Card) else one

    assert_json_approved(f"cards/{name}.{lang}.json", seen)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_fault_of_a_file_and_of_a_row_has_its_sentence(lang: str) -> None:
    say = words(lang)
    for wrong in FileFault:
        assert say.say(f"invite.file.{wrong}") in str(looked(InvitationReading(fault=wrong), lang))
    for fault in InviteFault:
        row = BadRow(line=7, column=Column.EMAIL, fault=fault, other=3)
        assert say.say(f"invite_fault.{fault}", other=3) in str(looked(InvitationReading(bad=(row,)), lang))


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("", []),
        ("ann@partner.example", ["ann@partner.example", "", ""]),
        ("Ann van Dijk <ann@partner.example>", ["ann@partner.example", "Ann", "van Dijk"]),
        ("ann@partner.example, Ann", ["ann@partner.example", "Ann", ""]),
    ],
)
def test_whom_the_command_names_stands_in_the_modal(typed: str, known: list[str]) -> None:
    assert list((invitations.read_typed(typed) or {}).values()) == known


@pytest.mark.parametrize(
    "typed", ["Ann", "@avery", "a@b.example c@d.example", f"{'x' * 300}@b.example", "a " * 9 + "a@b"]
)
def test_what_names_no_one_address_is_not_understood(typed: str) -> None:
    assert invitations.read_typed(typed) is None
