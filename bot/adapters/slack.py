"""Slack's Web API as outbox and staff list need it: nothing posted blindly twice, refusals in words."""

import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPException
from itertools import islice
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry import (
    HttpRequest,
    HttpResponse,
    RateLimitErrorRetryHandler,
    RetryHandler,
    RetryState,
)
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator
from slack_sdk.web import SlackResponse

from bot.adapters import slack_files
from bot.adapters.remembering import Memory
from bot.adapters.server_words import line_trouble, remark
from bot.adapters.slack_words import OF_CHANNEL, OF_POST, OF_US, OUTCOME_UNKNOWN, PASSING, WRONG_TOKEN, mend
from bot.adapters.tls import build_context
from bot.domain.errors import NotNow, PermanentFailure, UnknownOutcome, Unwelcome
from bot.domain.loopback import is_loopback
from bot.domain.staff import Member
from bot.domain.whole_text import whole
from bot.ports import Block, ChatMessage, Picture, SharedFile
from bot.settings import Settings

TIMEOUT = 15
SHORT_WAIT = 3  # seconds of Slack's Retry-After that are slept here; longer ones are the outbox's business
RETRY_PAUSE = 0.5
EVENT_TYPE = "usher"  # of the metadata in which a message carries its key
NEWEST = 200  # messages a page
MOST_PAGES = 10  # of a thread, which Slack gives oldest first, and of a channel

#: What changes nothing, or changes it to the same again.
_REPEATABLE = frozenset(
    {
        "auth.test", "chat.update", "conversations.history", "conversations.info", "conversations.replies",
        "files.info", "usergroups.users.list", "users.info", "users.lookupByEmail",
    }
)  # fmt: skip
_USER = re.compile(r"(?:<@)?([UW][A-Z0-9]{2,})(?:\|[^>]*)?>?")
_GROUP = re.compile(r"(?:<!subteam\^)?(S[A-Z0-9]{2,})(?:\|[^>]*)?>?")
_UNKNOWN = frozenset(
    {"user_not_found", "users_not_found", "user_not_visible", "no_such_subteam", "subteam_not_found"}
)
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
_TOO_MANY = 429
_SERVER_FAULT = 500
_FINE = 200


class ShortWaits(RateLimitErrorRetryHandler):
    """Sleeps out a rate limit of a few seconds; a longer one would hold a thread."""

    def _can_retry(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - slack_sdk's signature
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> bool:
        if response is None or response.status_code != _TOO_MANY:
            return False
        return _retry_after(response.headers) <= SHORT_WAIT


class RepeatsWhatIsSafe(RetryHandler):
    """Tries once more after a server's fault or a lost line, but never what may have been posted already."""

    def _can_retry(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - slack_sdk's signature
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.partition("?")[0].rpartition("/")[2] not in _REPEATABLE:
            return False
        if response is not None:
            return response.status_code >= _SERVER_FAULT
        return isinstance(error, URLError | HTTPException | OSError)


def build_client(settings: Settings, context: ssl.SSLContext | None = None) -> WebClient:
    """The client for Bolt and for the outbox alike; without HTTPS_PROXY in the settings it goes straight."""
    proxy = None if is_loopback(settings.slack_api_url) else settings.https_proxy or None
    client = WebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=TIMEOUT,
        ssl=context or build_context(settings.ca_bundle),
        proxy=proxy,
        # slack_sdk's own default repeats a post whose answer was lost
        retry_handlers=[
            ShortWaits(max_retry_count=2),
            RepeatsWhatIsSafe(
                max_retry_count=1, interval_calculator=FixedValueRetryIntervalCalculator(RETRY_PAUSE)
            ),
        ],
    )
    client.proxy = proxy  # else slack_sdk reads variables of its own, even for loopback
    return client


class SlackChat:
    """Implements `bot.ports.Chat`; safe to share between threads."""

    def __init__(self, client: WebClient, *, now: Callable[[], datetime]) -> None:
        self._client = client
        self._members: Memory[Member] = Memory(now)
        self._names: Memory[frozenset[str]] = Memory(now)
        self._teams: Memory[str] = Memory(now)

    def post(self, message: ChatMessage) -> str:
        """Post and return the message's `ts`; an answer lost on its way makes the outcome unknown."""
        with _explained("posting", channel=message.channel, repeatable=False):
            answer = self._client.chat_postMessage(
                **_content(message),
                thread_ts=message.thread_ts or None,
                reply_broadcast=message.broadcast or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        return _place(answer)[1]

    def update(self, message: ChatMessage, ts: str) -> None:
        with _explained("changing a message", channel=message.channel):
            self._client.chat_update(**_content(message), ts=ts)

    def find(self, message: ChatMessage) -> str | None:
        """Look for the newest post with the same key in its channel or thread: many may stand above it."""
        if message.thread_ts:
            posted = reversed(list(self._in_thread(message.channel, message.thread_ts)))
        else:
            posted = self._newest(message.channel)
        return next((str(one["ts"]) for one in posted if _key(one) == message.key), None)

    def list_keys(self, channel: str, beginning: str, *, most: int) -> list[tuple[str, datetime]]:
        """Keys that begin so of what we ourselves posted in that channel, and when; the newest first.

        Another app may give its messages the same metadata: only ours count.
        """
        us = self.check()
        ours = ((_key(one) or "", one["ts"]) for one in self._newest(channel) if one.get("user") == us)
        found = islice(((key, ts) for key, ts in ours if key.startswith(beginning)), most)
        return [(key, datetime.fromtimestamp(float(ts), UTC)) for key, ts in found]

    def write_to(self, user_id: str, text: str, blocks: Sequence[Block]) -> tuple[str, str]:
        """Write to one person directly; return the conversation's id and the message's `ts`."""
        with _explained("writing to somebody", channel=user_id, repeatable=False):
            answer = self._client.chat_postMessage(
                channel=user_id, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False
            )
        return _place(answer)

    def send_picture(self, channel: str, picture: Picture) -> None:
        """Put a picture into a conversation, in the three steps that Slack wants."""
        with _explained("sending a picture", channel=channel):
            self._client.files_upload_v2(
                channel=channel,
                filename=picture.name,
                content=picture.content,
                title=picture.title,
                alt_txt=picture.alt,
                request_file_info=False,
            )

    def fetch_file(self, file_id: str, *, most: int) -> SharedFile:
        """What somebody gave in a modal; PermanentFailure for one of more than `most` bytes."""
        with _explained("fetching a file"):
            return slack_files.fetch(self._client, file_id, most=most)

    def member(self, user_id: str) -> Member:
        """Who that is; an unknown id is a member who is not `full`."""
        return self._members.recall(user_id, lambda: self._ask_member(user_id))

    def resolve(self, names: Sequence[str]) -> frozenset[str]:
        """Turn ids, e-mail addresses and user groups into user ids; unknown ones are left out."""
        return frozenset().union(*(self._names.recall(name, partial(self._ask_name, name)) for name in names))

    def check(self) -> str:
        """Ask who we are; return the bot's user id."""
        return str(self._ask_self()["user_id"])

    def check_line(self, app_token: str) -> None:
        """Ask for a line as Socket Mode does, and leave it unused."""
        with _explained("asking for a Socket Mode line"):
            try:
                self._client.apps_connections_open(app_token=app_token)
            except SlackApiError as exc:
                if _error(exc.response) in WRONG_TOKEN:
                    raise PermanentFailure(
                        f"Slack does not take the app token ({_error(exc.response)}): give the app's present "
                        "one in SLACK_APP_TOKEN"
                    ) from None
                raise

    def scopes(self) -> frozenset[str]:
        """What the bot token may do, as Slack's header says."""
        headers = {name.lower(): value for name, value in self._ask_self().headers.items()}
        return frozenset(
            scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()
        )

    def joined(self, channel: str) -> bool:
        """Whether the bot is in that channel; PermanentFailure when there is none."""
        with _explained("looking at a channel", channel=channel):
            return bool(self._client.conversations_info(channel=channel)["channel"].get("is_member"))

    def _newest(self, channel: str) -> Iterator[dict[str, Any]]:
        """What stands in a channel, the newest first, without what was said in threads."""
        yield from self._pages(
            lambda cursor: self._client.conversations_history(
                channel=channel, limit=NEWEST, include_all_metadata=True, cursor=cursor
            ),
            channel,
        )

    def _in_thread(self, channel: str, ts: str) -> Iterator[dict[str, Any]]:
        yield from self._pages(
            lambda cursor: self._client.conversations_replies(
                channel=channel, ts=ts, limit=NEWEST, include_all_metadata=True, cursor=cursor
            ),
            channel,
        )

    @staticmethod
    def _pages(ask: Callable[[str | None], SlackResponse], channel: str) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            with _explained("reading messages", channel=channel):
                answer = ask(cursor)
                yield from _messages(answer)
                cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return

    def _ask_self(self) -> SlackResponse:
        with _explained("asking who we are"):
            return self._client.auth_test()

    def _team(self) -> str:
        return self._teams.recall("", lambda: str(self._ask_self().get("team_id") or ""))

    def _ask_member(self, user_id: str) -> Member:
        if not _USER.fullmatch(user_id):
            return Member(id=user_id, name=user_id, full=False)
        user = self._look_up(lambda: self._client.users_info(user=user_id), "user")
        if not isinstance(user, dict):
            return Member(id=user_id, name=user_id, full=False)
        profile = user.get("profile") or {}
        names = (profile.get("display_name"), profile.get("real_name"), user.get("name"))
        return Member(
            id=user_id,
            name=next((whole(str(name)) for name in names if name), user_id),
            email=str(profile.get("email") or "").lower(),
            full=_is_full(user, team=self._team()),
        )

    def _ask_name(self, name: str) -> frozenset[str]:
        if user := _USER.fullmatch(name):
            known = self._look_up(lambda: self._client.users_info(user=user[1]), "user")
            return frozenset({user[1]} if known else ())
        if group := _GROUP.fullmatch(name):
            users = self._look_up(lambda: self._client.usergroups_users_list(usergroup=group[1]), "users")
            return frozenset(map(str, users or ()))
        if "@" in name:
            found = self._look_up(lambda: self._client.users_lookupByEmail(email=name), "user")
            return frozenset({str(found["id"])} if found else ())
        return frozenset()

    @staticmethod
    def _look_up(ask: Callable[[], SlackResponse], key: str) -> Any:  # noqa: ANN401 - Slack's JSON
        """Return what Slack has under `key`, or None for somebody it does not know."""
        with _explained("looking somebody up"):
            try:
                return ask().get(key)
            except SlackApiError as exc:
                if _error(exc.response) in _UNKNOWN:
                    return None
                raise


@contextmanager
def _explained(doing: str, *, channel: str = "", repeatable: bool = True) -> Iterator[None]:
    """Turn what slack_sdk and urllib raise into our failures; what may be repeated is never unknown."""
    lost = NotNow if repeatable else UnknownOutcome
    try:
        yield
    except SlackApiError as exc:
        raise _refusal(exc, doing, channel, lost) from None  # its text holds the whole answer
    except URLError as exc:
        # urllib wraps what happens up to the request's last byte: Slack cannot have acted on it
        reason = exc.reason if isinstance(exc.reason, OSError) else OSError(str(exc.reason))
        raise NotNow(f"Slack cannot be reached: {line_trouble(reason)}") from exc
    except OSError as exc:
        raise lost(f"Slack was lost while {doing}: {line_trouble(exc)}") from exc
    except (HTTPException, ValueError, TypeError, AttributeError, SlackClientError) as exc:
        # the last two are slack_sdk's own at JSON that is no object
        raise lost(f"Slack's answer was cut short while {doing} ({type(exc).__name__})") from exc


def _refusal(exc: SlackApiError, doing: str, channel: str, lost: type[NotNow | UnknownOutcome]) -> Exception:
    response = exc.response
    error = _error(response)
    status = getattr(response, "status_code", _FINE)
    if status == _TOO_MANY or error in _RATE_LIMITED:
        seconds = _retry_after(getattr(response, "headers", {}))
        return NotNow(f"Slack asks for patience ({seconds:g} s) while {doing}", retry_after=seconds)
    if status >= _SERVER_FAULT or error in OUTCOME_UNKNOWN or not re.fullmatch(r"[a-z0-9_:]+", error):
        return lost(f"Slack's server failed while {doing} (status {status}, {remark(error)})")
    if error in PASSING:
        return NotNow(f"Slack cannot do it now while {doing} ({error})")
    words = mend(error, channel=channel, needed=str(response.get("needed") or ""))
    refused = f"Slack refused while {doing}: {words}"
    if error in OF_US or error in OF_CHANNEL:
        return Unwelcome(refused, place=channel if error in OF_CHANNEL else "")
    return OF_POST.get(error, PermanentFailure)(refused)


def _error(response: object) -> str:
    if isinstance(response, SlackResponse) and isinstance(response.data, dict):
        return str(response.data.get("error") or "no error named")
    return "no answer of Slack's"


def _retry_after(headers: Any) -> float:  # noqa: ANN401 - a dictionary of texts or of lists
    """In seconds; a proxy may have made the header something else, or left it out."""
    for name, value in dict(headers).items():
        if str(name).lower() == "retry-after":
            given = value[0] if isinstance(value, list) else value
            return float(given) if str(given).isdecimal() else 60.0
    return 60.0


def _content(message: ChatMessage) -> dict[str, Any]:
    content: dict[str, Any] = {
        "channel": message.channel,
        "text": message.text,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}},
    }
    return content | ({"blocks": message.blocks} if message.blocks else {})


def _key(posted: dict[str, Any]) -> str | None:
    """Return the key a message of ours carries; what others post has none, whatever it looks like."""
    metadata = posted.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    return str(payload.get("key")) if isinstance(payload, dict) else None


def _place(answer: SlackResponse) -> tuple[str, str]:
    channel, ts = answer.get("channel"), answer.get("ts")
    if not isinstance(ts, str) or not ts:
        raise UnknownOutcome("Slack took a message and did not say where it stands")
    return str(channel), ts


def _messages(answer: SlackResponse) -> list[dict[str, Any]]:
    return [message for message in answer.get("messages") or () if isinstance(message, dict)]


def _is_full(user: dict[str, Any], *, team: str) -> bool:
    """Guests, Slack Connect, bots, the departed and other workspaces are not."""
    lacking = ("deleted", "is_bot", "is_app_user", "is_restricted", "is_ultra_restricted", "is_stranger")
    return (
        not any(user.get(word) for word in lacking)
        and user.get("id") != "USLACKBOT"
        and bool(team)
        and user.get("team_id") == team
    )
