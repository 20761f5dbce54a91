"""The keys of a case, what is asked before one moves, and whose a pasted one is, as cards and modals."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.languages import LANGUAGES
from bot.domain.license_keys import (
    KEYS_A_PAGE,
    CaseKeys,
    FoundKey,
    KeyMail,
    KeyState,
    KeysTo,
    LicenseKey,
    Mailed,
    Seat,
    SeatShown,
    fold_key,
    tail_of,
)
from bot.domain.outbox import JobStatus
from bot.rendering import key_samples, samples
from bot.rendering.license_key_cards import found_card, hand_over_modal, keys_modal, read_do, void_modal
from bot.rendering.words import words
from tests.golden import assert_json_approved

ENGLISH = words("en")
AT = datetime(2024, 9, 12, 8, 31, tzinfo=UTC)
MARA, TOM = key_samples.list_seats(samples.decided_case())


def key_of(seat: Seat) -> LicenseKey:
    assert seat.key is not None
    return seat.key


def in_state(seat: Seat, state: KeyState) -> Seat:
    return replace(seat, key=replace(key_of(seat), state=state, expires_on=None))


def a_mail(status: JobStatus, *, why: Mailed = Mailed.FIRST, returned: bool = False) -> KeyMail:
    sent = AT + timedelta(minutes=3) if status is JobStatus.SENT else None
    to = "greta.lindgren@lindgren-soehne.example.org"
    return KeyMail(job_id=1, why=why, to=to, status=status, queued_at=AT, sent_at=sent, returned=returned)


SPARE = replace(MARA, id=3, number=3, holder=None, used_in=None, key=replace(key_of(TOM), tail="M3PL"))
SHOWN = (
    SeatShown(seat=MARA, mail=a_mail(JobStatus.SENT)),
    SeatShown(seat=TOM, mail=a_mail(JobStatus.SENT, why=Mailed.AGAIN, returned=True)),
    SeatShown(seat=SPARE, mail=None),
    SeatShown(seat=replace(MARA, id=4, number=4, key=None), mail=None),
    SeatShown(
        seat=in_state(replace(MARA, id=5, number=5), KeyState.USED),
        mail=a_mail(JobStatus.SENT, why=Mailed.HANDED_OVER),
    ),
    SeatShown(
        seat=in_state(replace(TOM, id=6, number=6, closed_at=AT), KeyState.VOID), mail=a_mail(JobStatus.HELD)
    ),
    SeatShown(seat=replace(TOM, id=7, case_id=2, number=9), mail=a_mail(JobStatus.QUEUED)),
)
PAGE = CaseKeys(
    ref="C-7",
    company="Lindgren & Söhne Maschinenbau GmbH",
    keys_to=KeysTo.USERS,
    seats=SHOWN,
    page=2,
    pages=3,
    total=47,
    entered_outside=True,
)
FOUND = (
    FoundKey(key=key_of(MARA), seat=MARA, ref="C-7", company="Lindgren & Söhne Maschinenbau GmbH"),
    FoundKey(key=key_of(SPARE), seat=SPARE, ref="C-7", company="Lindgren & Söhne Maschinenbau GmbH"),
    FoundKey(key=replace(key_of(MARA), state=KeyState.STOCK, seat_id=None)),
)


def a_full_page() -> CaseKeys:
    many = (SHOWN * KEYS_A_PAGE)[:KEYS_A_PAGE]
    seats = (replace(one, seat=replace(one.seat, id=number)) for number, one in enumerate(many))
    return replace(PAGE, seats=tuple(seats))


@pytest.mark.golden
def test_the_keys_of_a_case_look_as_they_were_approved() -> None:
    assert_json_approved("cards/keys_modal.json", keys_modal(PAGE, words=ENGLISH))


@pytest.mark.golden
@pytest.mark.parametrize("name", ["hand_over", "hand_over_spare", "void"])
def test_what_is_asked_looks_as_it_was_approved(name: str) -> None:
    modal = void_modal if name == "void" else hand_over_modal
    found = FOUND[1 if name == "hand_over_spare" else 0]

    about = {"ref": "C-7", "page": 2}
    assert_json_approved(f"cards/key_{name}_modal.json", modal(found, about, asks_code=True, words=ENGLISH))


@pytest.mark.golden
def test_a_found_key_looks_as_it_was_approved() -> None:
    seen = [found_card(found, words=ENGLISH) for found in FOUND]

    assert_json_approved("cards/found_key.json", [{"text": one.text, "blocks": one.blocks} for one in seen])


def test_only_an_unused_key_has_a_menu_and_only_a_held_one_can_be_sent() -> None:
    blocks = [block for block in keys_modal(PAGE, words=ENGLISH)["blocks"] if "accessory" in block]
    does = {
        block["block_id"]: [read_do(option["value"])[0] for option in block["accessory"]["options"]]
        for block in blocks
    }

    assert does == {
        "seat:1": ["again", "hand_over", "void", "used"],
        "seat:2": ["again", "hand_over", "void", "used"],
        "seat:3": ["hand_over", "void"],
        "seat:7": ["again", "hand_over", "void", "used"],
    }


def test_where_accounts_are_kept_here_staff_do_not_say_that_a_key_was_entered() -> None:
    shown = str(keys_modal(replace(PAGE, entered_outside=False), words=ENGLISH))

    assert "used:" not in shown
    assert "again:1" in shown


def test_both_languages_have_the_same_menus() -> None:
    shapes = []
    for lang in LANGUAGES:
        blocks = keys_modal(PAGE, words=words(lang))["blocks"]
        shapes.append([(block["type"], block.get("block_id")) for block in blocks])

    assert shapes[0] == shapes[1]


def test_a_key_is_found_however_it_is_typed_and_shown_by_its_end() -> None:
    assert fold_key(" uxq1 7h2k-PM9D\n") == "UXQ17H2KPM9D"
    assert tail_of("UXQ1-7H2K") == "H2K"
    assert replace(key_of(MARA), tail="7Q2M", expires_on=date(2030, 1, 1)).masked == "•••• 7Q2M"
