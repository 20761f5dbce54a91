"""The webhook: signed by Standard Webhooks, read back before it is sent again, believed within reason."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.http_calls import usual_words
from bot.adapters.provisioners import build_opener
from bot.adapters.tls import build_context
from bot.adapters.webhook import NOT_THERE, sign
from bot.domain.errors import PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.mail import Address
from bot.domain.provisioning import CalledOff, Order, Record, Task, Way
from bot.domain.ris import Company, User
from bot.ports import Provisioner
from bot.provisioning_policy import Provisioning
from bot.settings import load_given
from tests.outside import NOW
from tests.provisioning_faults import Fault, cut, says
from tests.provisioning_servers import WebhookServer
from tests.test_settings import GOOD

TRUST = build_context()
ID = "usher-C-7-site"
ORDER = Order(
    external_id=ID,
    task=Task.SITE,
    ref="C-7",
    company=Company(name="Łódź & Söhne", application="ForumPass"),
    users=(
        User(first_name="Zoë", email="zoe@nordwind.example.com", phones=("+49421123456",), sheet="U", row=7),
    ),
    seats=14,
    sponsor=Address(name="Dana Reyes", address="dana@sponsor.example.org"),
    lang="de",
    case_number="CASE4700",
)


@pytest.fixture
def server() -> Iterator[WebhookServer]:
    with WebhookServer() as server:
        yield server


@pytest.fixture
def webhook(server: WebhookServer, tmp_path: Path) -> Provisioner:
    return opened(server, tmp_path)


def opened(server: WebhookServer, folder: Path, *, at: datetime = NOW, **changed: object) -> Provisioner:
    settings = load_given({**GOOD, **server.settings(folder), **changed})
    policy = Provisioning.model_validate({"site": "webhook"})
    return build_opener(settings, policy, TRUST, now=lambda: at, deadline=0.4)()[Way.WEBHOOK]


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example that its libraries are tested with."""
    headers = sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        key=b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        at=datetime.fromtimestamp(1614265330, UTC),
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_an_order_says_all_that_its_maker_needs(server: WebhookServer, webhook: Provisioner) -> None:
    placed = webhook.place(ORDER)

    (asked,) = server.asked("POST")
    said = json.loads(asked.body)
    assert placed == Record(number="SITE-1", url="https://sites.example.com/SITE-1")
    assert (said["type"], said["timestamp"]) == ("site.requested", "2026-03-02T09:30:00+00:00")
    assert said["data"]["company"]["name"] == "Łódź & Söhne"
    assert said["data"]["sponsor"] == {"name": "Dana Reyes", "address": "dana@sponsor.example.org"}
    assert (said["data"]["case_number"], said["data"]["seats"]) == ("CASE4700", 14)
    assert said["data"]["users"][0]["phones"] == ["+49421123456"]
    assert not {"sheet", "row"} & set(said["data"]["users"][0])
    assert asked.headers["idempotency-key"] == asked.headers["webhook-id"] == ID


def test_a_repeat_carries_the_same_id(server: WebhookServer, webhook: Provisioner) -> None:
    server.faults["POST"].append(cut(after_acting=False))
    with pytest.raises(UnknownOutcome):
        webhook.place(ORDER)
    webhook.place(ORDER)

    assert [(asked.method, asked.headers["webhook-id"]) for asked in server.requests] == [
        ("GET", ID),
        ("POST", ID),
        ("GET", ID),
        ("POST", ID),
    ]


def test_a_correction_has_an_id_of_its_content_and_a_side_that_names_its_version_gets_it_once(
    server: WebhookServer, webhook: Provisioner
) -> None:
    webhook.place(ORDER)
    for version, name in ((2, "A"), (3, "B"), (4, "A")):
        again = replace(ORDER, company=Company(name=name), version=version, corrected=True)
        assert webhook.place(again) == Record(number="SITE-1", url="https://sites.example.com/SITE-1")
        webhook.place(again)

    sent = [asked.headers["webhook-id"] for asked in server.asked("POST")]
    assert (len(sent), len(set(sent))) == (7, 4)
    assert all(one.startswith(f"{ID}.") for one in sent[1:])
    assert (server.records[ID]["version"], server.records[ID]["company"]["name"]) == (4, "A")
    server.names_version = True
    webhook.place(replace(ORDER, version=4, corrected=True))
    assert len(server.asked("POST")) == 7


def test_what_has_no_number_yet_is_corrected_once_it_has(server: WebhookServer, webhook: Provisioner) -> None:
    webhook.place(ORDER)
    server.slow = True
    with pytest.raises(TransientFailure):
        webhook.place(replace(ORDER, version=2, corrected=True))
    assert webhook.call_off(ORDER) == CalledOff(record=None, told=True)

    assert [asked.said["type"] for asked in server.asked("POST")] == ["site.requested", "site.stopped"]
    assert server.asked("POST")[-1].said["data"] == {"external_id": ID, "ref": "C-7", "version": 1}


def test_what_takes_its_time_is_asked_after_and_not_sent_again(
    server: WebhookServer, webhook: Provisioner
) -> None:
    server.slow = True
    for _ in range(3):
        with pytest.raises(TransientFailure, match="has the order and gives no number yet"):
            webhook.place(ORDER)
    server.slow = False

    assert webhook.place(ORDER) is not None
    assert len(server.asked("POST")) == 1


def test_a_side_that_says_when_to_ask_again_is_believed(server: WebhookServer, webhook: Provisioner) -> None:
    server.faults["POST"].append(says(202, acts=True, Retry_After="60"))
    with pytest.raises(TransientFailure) as caught:
        webhook.place(ORDER)

    assert caught.value.retry_after == 60


def test_a_conflict_is_read_back_at_once(server: WebhookServer, webhook: Provisioner) -> None:
    server.faults["POST"].append(says(409, {"error": "there already"}, acts=True))

    assert webhook.place(ORDER) == Record(number="SITE-1", url="https://sites.example.com/SITE-1")


def test_a_conflict_over_nothing_is_asked_again_later(server: WebhookServer, webhook: Provisioner) -> None:
    server.faults["POST"].append(says(409))
    with pytest.raises(TransientFailure, match="no number yet"):
        webhook.place(ORDER)

    assert webhook.place(ORDER) is not None


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("F-1", "F-1"),
        (4711, "4711"),
        ("  F 1 ", "F 1"),
        ("", ""),
        (None, ""),
        (True, ""),
        (1.5, ""),
        (["F"], ""),
        ("F\n<!channel>", ""),
        ("F" * 101, ""),
        ("F\u202e1", ""),
    ],
)
def test_a_number_is_one_short_line(
    server: WebhookServer, webhook: Provisioner, number: object, kept: str
) -> None:
    server.faults["POST"].append(says(200, {"number": number}))
    if kept:
        assert webhook.place(ORDER) == Record(number=kept)
    else:
        with pytest.raises(TransientFailure):
            webhook.place(ORDER)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://sites.example.com/a?b=c", True),
        ("http://sites.example.com/a", False),
        ("javascript:alert(1)", False),
        ("https://sites.example.com/a b", False),
        ("https://sites.example.com/|x>\n", False),
        ("https://" + "a" * 3000, False),
        (7, False),
        (None, False),
    ],
)
def test_an_address_is_one_that_people_may_be_sent_to(
    server: WebhookServer, webhook: Provisioner, url: object, *, kept: bool
) -> None:
    server.faults["POST"].append(says(200, {"number": "F-1", "url": url}))

    assert webhook.place(ORDER) == Record(number="F-1", url=str(url) if kept else "")


def test_an_external_id_stays_one_part_of_the_path(server: WebhookServer, webhook: Provisioner) -> None:
    webhook.place(replace(ORDER, external_id="../other?x"))

    assert server.requests[0].path == "/hooks/usher/..%2Fother%3Fx"


def test_a_clock_that_is_wrong_is_among_the_mends(server: WebhookServer, tmp_path: Path) -> None:
    with pytest.raises(PermanentFailure, match="401 the signature does not fit") as caught:
        opened(server, tmp_path, at=NOW + timedelta(minutes=6)).place(ORDER)

    assert "both clocks" in caught.value.mend


def test_a_check_asks_after_what_is_not_there(server: WebhookServer, webhook: Provisioner) -> None:
    assert webhook.check() == "127.0.0.1 takes our signature"
    assert [asked.path for asked in server.requests] == [f"/hooks/usher/{NOT_THERE}"]


def test_a_side_that_knows_everything_is_not_well(server: WebhookServer, webhook: Provisioner) -> None:
    server.faults["GET"].append(says(200))
    with pytest.raises(PermanentFailure, match="never placed") as caught:
        webhook.check()

    assert "404" in caught.value.mend


@pytest.mark.parametrize("fault", [says(401), says(403)])
def test_a_check_names_what_a_refusal_means(
    server: WebhookServer, webhook: Provisioner, fault: Fault
) -> None:
    server.faults["GET"].append(fault)
    with pytest.raises(PermanentFailure) as caught:
        webhook.check()

    assert "WEBHOOK_SECRET" in caught.value.mend


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"error": "no"}, "no"),
        ({"error": {"code": 1}, "message": "no"}, "no"),
        ({"detail": "no", "title": "Bad"}, "no"),
        ({"title": "Bad"}, "Bad"),
        ({}, ""),
    ],
)
def test_a_refusal_is_said_in_the_other_sides_words(said: dict[str, object], words: str) -> None:
    assert usual_words(said) == words
