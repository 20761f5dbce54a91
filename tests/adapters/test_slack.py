"""Slack's client on lines that break at exact moments: what was sent decides what may be repeated."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.slack import SlackChat, build_client
from bot.domain.errors import PermanentFailure, TransientFailure, UnknownOutcome
from bot.ports import ChatMessage
from bot.settings import Settings, load
from tests.adapters.scripted import Line, Scripted
from tests.certificates import Authority, make_authority
from tests.contracts.test_chat import CARD

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TOKEN = "xoxb-not-this-secret"


def settings_at(url: str, **more: object) -> Settings:
    values: dict[str, object] = {
        "imap_host": "localhost",
        "imap_user": "desk@example.com",
        "imap_password": "x",
        "smtp_host": "localhost",
        "mail_from": "desk@example.com",
        "support_address": "help@example.com",
        "slack_bot_token": TOKEN,
        "slack_signing_secret": "s",
        "slack_api_url": url,
        "slack_approvals_channel": "C1",
        "slack_support_channel": "C2",
        "slack_staff": "U1",
        "slack_approvers": "U1",
        "secret_key": "0123456789abcdef" * 2,
        **more,
    }
    return load(values, env_file=None)


def chat_at(url: str, *, timeout: int = 5, **more: object) -> SlackChat:
    client = build_client(settings_at(url, **more))
    client.timeout = timeout
    return SlackChat(client, now=lambda: NOON)


def hear_request(line: Line) -> bytes:
    length = 0
    while header := line.hear():
        if header.lower().startswith(b"content-length:"):
            length = int(header.split(b":")[1])
    return line.hear_bytes(length)


def answers(
    body: object, *, status: str = "200 OK", headers: str = "", kind: str = "application/json"
) -> Callable[[Line], None]:
    text = body if isinstance(body, str) else json.dumps(body)

    def script(line: Line) -> None:
        hear_request(line)
        line.say(
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(text.encode())}\r\n"
            f"{headers}Connection: close\r\n\r\n{text}"
        )

    return script


@contextmanager
def slack(*scripts: Callable[[Line], None], timeout: int = 5) -> Iterator[tuple[SlackChat, Scripted]]:
    with Scripted(*scripts) as server:
        yield chat_at(f"http://127.0.0.1:{server.port}/api/", timeout=timeout), server


def hangs_up(line: Line) -> None:
    hear_request(line)


def says_half(line: Line) -> None:
    hear_request(line)
    line.say('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"ok": tr')


def falls_silent(line: Line) -> None:
    hear_request(line)
    line.hear()


@pytest.mark.slow
@pytest.mark.parametrize("script", [hangs_up, says_half, falls_silent])
def test_a_post_without_a_whole_answer_is_unknown_and_not_repeated(script: Callable[[Line], None]) -> None:
    with slack(script, timeout=1) as (chat, server), pytest.raises(UnknownOutcome):
        chat.post(CARD)

    assert len(server.lines) == 1


@pytest.mark.slow
@pytest.mark.parametrize("script", [hangs_up, says_half])
def test_a_question_without_a_whole_answer_is_asked_once_more(script: Callable[[Line], None]) -> None:
    with slack(script, answers({"ok": True, "user_id": "U7"})) as (chat, server):
        assert chat.check() == "U7"

    assert len(server.lines) == 2


def test_nobody_listening_means_nothing_was_posted() -> None:
    with Scripted() as server:
        url = f"http://127.0.0.1:{server.port}/api/"
    with pytest.raises(TransientFailure, match="nobody listens"):
        chat_at(url).post(CARD)


@pytest.mark.parametrize(
    "script",
    [
        answers("<html>502</html>", status="502 Bad Gateway", kind="text/html"),
        answers("<html>sign in to the guest network</html>", kind="text/html"),
        answers("<html>blocked</html>", status="403 Forbidden", kind="text/html"),
        answers({"ok": False}, status="500 Internal Server Error"),
        answers({"ok": True}),
        answers([1]),
        answers(""),
    ],
)
def test_an_answer_that_is_not_slacks_leaves_a_post_unknown(script: Callable[[Line], None]) -> None:
    with slack(script) as (chat, server):
        with pytest.raises(UnknownOutcome):
            chat.post(CARD)
        with pytest.raises(UnknownOutcome):
            chat.write_to("U1", "Hi", [])

    assert len(server.lines) == 2


@pytest.mark.parametrize(
    ("header", "seconds"), [("Retry-After: 30\r\n", 30), ("", 60), ("Retry-After: x\r\n", 60)]
)
def test_a_rate_limit_names_a_time_whatever_the_header(header: str, seconds: float) -> None:
    limited = answers({"ok": False, "error": "ratelimited"}, status="429 Too Many", headers=header)
    with slack(limited) as (chat, server), pytest.raises(TransientFailure) as caught:
        chat.post(CARD)

    assert caught.value.retry_after == seconds
    assert len(server.lines) == 1


def test_a_message_carries_its_key_and_unfolds_no_links() -> None:
    bodies: list[bytes] = []

    def keeps(line: Line) -> None:
        bodies.append(hear_request(line))
        text = '{"ok": true, "ts": "1.2"}'
        line.say(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}")

    with slack(keeps) as (chat, _):
        assert chat.post(ChatMessage(channel="C1", key="k:1", text="Hi", thread_ts="1.1")) == "1.2"

    assert json.loads(bodies[0]) == {
        "channel": "C1",
        "text": "Hi",
        "thread_ts": "1.1",
        "metadata": {"event_type": "usher", "event_payload": {"key": "k:1"}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


@pytest.mark.parametrize(
    "metadata",
    [None, [], "x", {"event_type": "usher"}, {"event_type": "other", "event_payload": {"key": CARD.key}}],
)
def test_only_our_own_key_is_found(metadata: object) -> None:
    history = {"ok": True, "messages": [{"ts": "1.1", "text": CARD.key, "metadata": metadata}, "odd"]}
    with slack(answers(history)) as (chat, _):
        assert chat.find(CARD) is None


def test_failures_tell_no_token() -> None:
    with slack(answers({"ok": False, "error": "invalid_auth"})) as (chat, _):
        with pytest.raises(PermanentFailure) as caught:
            chat.check()

        assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_the_proxy_of_the_settings_is_used_for_the_real_slack() -> None:
    def refuses(line: Line) -> None:
        hear_request(line)
        line.say("HTTP/1.1 403 Forbidden\r\n\r\n")

    with Scripted(refuses) as proxy:
        chat = chat_at("https://slack.example/api/", https_proxy=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(TransientFailure, match="cannot be reached"):
            chat.post(CARD)

    assert proxy.heard[0].startswith(b"CONNECT slack.example:443")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def over_tls(authority: Authority, script: Callable[[Line], None]) -> Callable[[Line], None]:
    def wrapped(line: Line) -> None:
        line.start_tls(authority.server_context)
        script(line)

    return wrapped


def test_the_bundle_of_the_settings_is_trusted(authority: Authority) -> None:
    with Scripted(over_tls(authority, answers({"ok": True, "user_id": "U7"}))) as server:
        chat = chat_at(f"https://localhost:{server.port}/api/", ca_bundle=Path(authority.bundle))

        assert chat.check() == "U7"


def test_a_strange_certificate_names_the_mend(authority: Authority) -> None:
    with Scripted(over_tls(authority, answers({"ok": True}))) as server:
        chat = chat_at(f"https://localhost:{server.port}/api/")
        with pytest.raises(TransientFailure, match="CA_BUNDLE"):
            chat.post(CARD)
