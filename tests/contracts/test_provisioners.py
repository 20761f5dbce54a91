"""Whoever makes cases and sites outside: exactly one each, whatever fails on the way, and nothing guessed."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import NotNow, PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.provisioning import CalledOff, Task, Way
from tests import provisioning_faults as faults
from tests.certificates import make_authority
from tests.contracts.outside_ways import CORRECTED, Side, Trouble, carry, every_served_way, every_way, side
from tests.provisioning_faults import Fault, says
from tests.provisioning_servers import HOOK, TOKEN_PATH, NetSuiteServer, WebhookServer

__all__ = ["side"]  # pytest finds the fixture here

# All three

pytestmark = pytest.mark.slow


@every_way
def test_what_is_placed_again_and_again_stands_once(side: Side) -> None:
    provisioner = side.open()
    placed = [provisioner.place(side.order) for _ in range(3)]
    provisioner.close()

    assert len(set(placed)) == 1
    assert (placed[0] is None) == (side.way is Way.DESK)
    assert side.server is None or side.server.made == [side.order.external_id]


@every_way
def test_another_worker_does_not_make_it_anew(side: Side) -> None:
    placed = {side.open().place(side.order) for _ in range(2)}

    assert len(placed) == 1
    assert side.server is None or side.server.made == [side.order.external_id]


@every_served_way
def test_what_stands_for_another_company_is_left_alone_and_shown(side: Side) -> None:
    """As after a restore that gave a case's number out again."""
    side.open().place(side.order)
    side.outside.names_company = True
    ours = replace(side.order, names=(side.order.company.name,))
    assert side.open().place(ours)  # of a lost answer
    before = dict(side.outside.records[ours.external_id])
    other = replace(ours, company=replace(ours.company, name="Beta AG"), names=("Beta AG",))
    for do in (side.open().place, side.open().call_off):
        with pytest.raises(PermanentFailure, match=r"another company.*Nordwind GmbH") as refused:
            do(other)
        assert "enter its number" in refused.value.mend
    assert side.outside.records[ours.external_id] == before
    renamed = replace(other, names=("Beta AG", "NORDWIND"))  # by a later form, before we heard of a number
    assert side.open().place(renamed)


@every_way
def test_a_check_logs_in_and_changes_nothing(side: Side) -> None:
    assert side.open().check()
    if side.server is not None:
        assert {asked.method for asked in side.server.requests if asked.path != TOKEN_PATH} == {"GET"}
        assert side.server.records == {}


# A corrected form, and the end of a case


@every_way
def test_a_corrected_form_reaches_what_stands_once_and_makes_nothing_new(side: Side) -> None:
    placed = side.open().place(side.order)
    again = {side.open().place(side.corrected) for _ in range(3)}

    assert again == {placed}
    assert side.server is None or side.server.made == [side.order.external_id]
    assert side.server is None or side.server.corrections(side.order.external_id) == [CORRECTED]


@every_served_way
@pytest.mark.parametrize(
    "fault",
    [
        faults.cut(after_acting=False),
        faults.cut(after_acting=True),
        says(500, acts=True),
        says(429, Retry_After="7"),
    ],
)
def test_a_correction_that_was_lost_is_made_once_all_the_same(side: Side, fault: Fault) -> None:
    side.open().place(side.order)
    side.outside.faults[side.correcting].append(fault)
    record, troubles = carry(side.open(), side.corrected)

    assert record is not None
    assert len(troubles) <= 1
    assert side.outside.corrections(side.order.external_id) == [CORRECTED]


@every_served_way
def test_a_correction_that_is_refused_says_what_a_person_can_do(side: Side) -> None:
    side.open().place(side.order)
    side.outside.faults[side.correcting].append(says(422, {"error": "this never changes"}))
    with pytest.raises(PermanentFailure, match="422") as caught:
        side.open().place(side.corrected)

    assert "try again" in caught.value.mend


@every_way
def test_what_was_never_made_is_not_called_off(side: Side) -> None:
    assert side.open().call_off(side.order) == CalledOff(record=None, told=False)
    assert side.server is None or {one.method for one in side.server.asked_all()} == {"GET"}


@every_served_way
@pytest.mark.parametrize("fault", [None, faults.cut(after_acting=True), says(503, acts=True)])
def test_the_end_of_a_case_is_told_once_and_names_what_stands(side: Side, fault: Fault | None) -> None:
    side.netsuite = {"stopped": {"status": {"id": "5"}}}
    placed = side.open().place(side.order)
    if fault:
        side.outside.faults[side.correcting].append(fault)
        with pytest.raises(UnknownOutcome):
            side.open().call_off(side.order)

    assert {side.open().call_off(side.order) for _ in range(2)} == {CalledOff(record=placed, told=True)}
    assert side.outside.ended == [side.order.external_id]


def test_netsuite_is_marked_only_where_the_policy_says_how(tmp_path: Path) -> None:
    with NetSuiteServer() as server:
        side = Side(Way.NETSUITE, Task.CASE, server, server.settings(tmp_path))
        placed = side.open().place(side.order)

        assert side.open().call_off(side.order) == CalledOff(record=placed, told=False)
        assert server.asked("PATCH") == []


# What can go wrong while it is made: exactly one in the end, and every unknown told as such


@every_served_way
@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param(faults.silent(after_acting=False), UnknownOutcome, id="time-out-before-acting"),
        pytest.param(faults.silent(after_acting=True), UnknownOutcome, id="time-out-after-acting"),
        pytest.param(faults.cut(after_acting=False), UnknownOutcome, id="cut-before-acting"),
        pytest.param(faults.cut(after_acting=True), UnknownOutcome, id="cut-after-acting"),
        pytest.param(faults.trickles, UnknownOutcome, id="an-answer-that-trickles"),
        pytest.param(faults.half_a_body, UnknownOutcome, id="half-a-body"),
        pytest.param(faults.no_http, UnknownOutcome, id="not-http"),
        pytest.param(says(500), UnknownOutcome, id="500-before-acting"),
        pytest.param(says(500, acts=True), UnknownOutcome, id="500-after-acting"),
        pytest.param(says(502, acts=True), UnknownOutcome, id="502-after-acting"),
        pytest.param(says(503), UnknownOutcome, id="503-without-a-word"),
        pytest.param(says(503, Retry_After="7"), NotNow, id="503-with-retry-after"),
        pytest.param(says(429, Retry_After="7"), NotNow, id="429-with-retry-after"),
        pytest.param(says(429), NotNow, id="429-without-retry-after"),
        pytest.param(says(408), TransientFailure, id="408"),
    ],
)
@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_exactly_one_stands_after_a_fault_while_it_is_made(
    side: Side, fault: Fault, told: type[Trouble], times: int
) -> None:
    side.outside.faults[side.changing].extend([fault] * times)
    record, troubles = carry(side.open(), side.order)

    assert record is not None
    assert side.outside.made == [side.order.external_id]
    assert all(type(trouble) is told for trouble in troubles)
    assert 1 <= len(troubles) <= times


@every_served_way
@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.twice, id="a-request-that-comes-twice"),
        pytest.param(faults.huge, id="a-huge-body"),
        pytest.param(faults.no_json, id="not-json"),
        pytest.param(says(202, acts=True), id="taken-and-not-told"),
    ],
)
def test_exactly_one_stands_after_an_odd_answer(side: Side, fault: Fault) -> None:
    side.outside.faults[side.changing].append(fault)
    record, troubles = carry(side.open(), side.order)

    assert record is not None
    assert side.outside.made == [side.order.external_id]
    assert all(type(trouble) is TransientFailure for trouble in troubles)


@pytest.mark.slow
@pytest.mark.parametrize("side", ["webhook-case", "webhook-site"], indirect=True)
@pytest.mark.parametrize(
    "fault",
    [
        faults.silent(after_acting=True),
        faults.cut(after_acting=True),
        faults.half_a_body,
        faults.no_json,
        faults.huge,
        says(500, acts=True),
        says(503, acts=True, Retry_After="1"),
    ],
)
def test_even_a_careless_receiver_gets_it_once(side: Side, fault: Fault) -> None:
    assert isinstance(side.outside, WebhookServer)
    side.outside.careless = True
    side.outside.faults["POST"].append(fault)
    carry(side.open(), side.order)

    assert side.outside.made == [side.order.external_id]
    assert len(side.outside.asked("POST")) == 1


@every_served_way
@pytest.mark.parametrize(
    ("header", "wait"), [("7", 7.0), ("99999", 600.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)]
)
def test_a_named_wait_is_passed_on(side: Side, header: str, wait: float | None) -> None:
    side.outside.faults[side.changing].append(says(429, Retry_After=header))
    _, troubles = carry(side.open(), side.order)

    (trouble,) = troubles
    assert isinstance(trouble, NotNow)
    assert trouble.retry_after == wait


# What can go wrong while it is looked for: nothing is made blindly


@every_served_way
@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param(faults.silent(after_acting=False), NotNow, id="time-out"),
        pytest.param(faults.cut(after_acting=False), NotNow, id="cut"),
        pytest.param(faults.trickles, NotNow, id="trickles"),
        pytest.param(faults.half_a_body, NotNow, id="half-a-body"),
        pytest.param(faults.no_http, NotNow, id="not-http"),
        pytest.param(faults.no_json, TransientFailure, id="not-json"),
        pytest.param(faults.huge, TransientFailure, id="a-huge-body"),
        pytest.param(says(500), TransientFailure, id="500"),
        pytest.param(says(429, Retry_After="7"), NotNow, id="429"),
        pytest.param(says(503, Retry_After="7"), NotNow, id="503"),
    ],
)
def test_nothing_is_made_while_it_cannot_be_looked_for(side: Side, fault: Fault, told: type[Trouble]) -> None:
    provisioner = side.open()
    placed = provisioner.place(side.order)
    before = len(side.outside.asked(side.changing))
    side.outside.faults["GET"].extend([fault, fault])
    record, troubles = carry(provisioner, side.order)

    assert record == placed
    assert [type(trouble) for trouble in troubles] == [told, told]
    assert len(side.outside.asked(side.changing)) == before == 1


@every_served_way
@pytest.mark.slow
def test_a_side_that_is_silent_again_and_again_is_left_alone_for_a_while(side: Side) -> None:
    provisioner = side.open()
    provisioner.check()
    side.outside.faults["GET"].extend([faults.silent(after_acting=False)] * 3)
    for _ in range(3):
        with pytest.raises(NotNow, match="no answer in time"):
            provisioner.place(side.order)
    before = len(side.outside.requests)

    with pytest.raises(NotNow, match="silent several times in a row"):
        provisioner.place(side.order)
    assert len(side.outside.requests) == before


# What only a person can mend


@every_served_way
@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", "changing"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(side: Side, method: str, status: int) -> None:
    with WebhookServer() as elsewhere:
        method = side.changing if method == "changing" else method
        side.outside.faults[method].append(says(status, Location=f"{elsewhere.url}{HOOK}"))
        with pytest.raises(PermanentFailure, match="sends us elsewhere") as caught:
            side.open().place(side.order)

        assert elsewhere.requests == []
    assert f"{side.way.upper()}_URL" in caught.value.mend
    assert side.outside.made == []


@every_served_way
@pytest.mark.parametrize("status", [400, 403, 413, 422])
def test_a_refusal_says_the_other_sides_words_and_no_secret(side: Side, status: int) -> None:
    token = "Bearer " + "a1.b2" * 40
    detail = f"Invalid field value for seats, said ida@nordwind.example.com, {token}" + " and so on" * 100
    content = {"error": detail, "o:errorDetails": [{"detail": detail, "o:errorCode": "INVALID_CONTENT"}]}
    side.outside.faults[side.changing].append(says(status, content))
    with pytest.raises(PermanentFailure) as caught:
        side.open().place(side.order)

    assert f"({status} " in caught.value.reason
    assert "try again" in caught.value.mend or status == 403
    assert caught.value.mend
    assert "Invalid field value for seats" in caught.value.reason
    assert "ida@" not in str(caught.value)
    assert "a1.b2a1.b2" not in str(caught.value)
    assert len(str(caught.value)) < 450


@every_served_way
def test_nobody_at_the_address_is_waited_for(side: Side) -> None:
    name = f"{side.way}_url"
    with pytest.raises(NotNow, match="nobody listens there") as caught:
        side.open(**{name: "http://127.0.0.1:1"}).place(side.order)

    assert name.upper() in caught.value.mend


@every_served_way
def test_another_address_there_is_named_as_such(side: Side) -> None:
    side.outside.faults[side.changing].append(says(404, {"error": "no such page"}))
    with pytest.raises(PermanentFailure, match="there is no such address") as caught:
        side.open().place(side.order)

    assert f"{side.way.upper()}_URL" in caught.value.mend


@pytest.mark.parametrize("kind", [NetSuiteServer, WebhookServer])
def test_a_server_that_is_not_trusted_learns_nothing(
    kind: type[NetSuiteServer | WebhookServer], tmp_path: Path
) -> None:
    authority = make_authority(tmp_path)
    way, task = (Way.NETSUITE, Task.CASE) if kind is NetSuiteServer else (Way.WEBHOOK, Task.SITE)
    with kind(tls=authority.server_context) as server:
        side = Side(way, task, server, server.settings(tmp_path))
        with pytest.raises(PermanentFailure, match=r"cannot be trusted.*CA_BUNDLE"):
            side.open().place(side.order)
        assert server.requests == []

        record = side.open(ca_bundle=authority.bundle).place(side.order)
        assert record is not None
        assert server.made == [side.order.external_id]


# Who we are


@every_served_way
def test_wrong_credentials_are_permanent_and_name_their_mend(side: Side, tmp_path: Path) -> None:
    wrong = {
        Way.NETSUITE: {"netsuite_private_key": str(make_authority(tmp_path).key)},
        Way.WEBHOOK: {"webhook_secret": "whsec_" + "b3RoZXIt" * 6},
    }[side.way]
    with pytest.raises(PermanentFailure) as caught:
        side.open(**wrong).place(side.order)

    assert next(iter(wrong)).upper() in caught.value.mend
    assert side.outside.made == []


@every_served_way
def test_a_refused_log_in_that_was_good_before_is_tried_once_more_where_tokens_end(side: Side) -> None:
    provisioner = side.open()
    provisioner.check()
    side.outside.faults["GET"].extend([says(401)] * 9)
    side.outside.faults[side.changing].extend([says(401)] * 9)
    before = len(side.outside.requests)
    with pytest.raises(PermanentFailure) as caught:
        provisioner.place(side.order)

    tokens = [asked for asked in side.outside.requests[before:] if asked.path == TOKEN_PATH]
    assert caught.value.mend
    assert len(tokens) == (1 if side.way is Way.NETSUITE else 0)
    assert side.outside.made == []
