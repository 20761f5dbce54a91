"""Access tokens by client credentials (RFC 6749 4.4): asked for once, kept, and renewed before they end."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlencode

from bot.adapters import oauth_words
from bot.adapters.http_line import Answer, HttpLine, LineFailure, NotSent
from bot.adapters.oauth_words import Cause
from bot.domain.errors import LogInRefused, PermanentFailure, TransientFailure
from bot.settings import MailAuth, Settings

LONGEST_TOKEN = 16_384
MARGIN = 120.0  # a token is not used in the last seconds of its life
UNSAID = 300.0  # taken for a token's life where the provider names none
LONGEST_LIFE = 86_400.0

_OK = 200
_NOT_FOUND = frozenset({404, 405, 410})
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class Credentials(Protocol):
    """How one provider is shown who we are, and what its refusals mean."""

    @property
    def setting(self) -> str:
        """The setting that holds the provider's address."""

    def make_form(self) -> dict[str, str]:
        """What is sent with the grant type."""

    def find_cause(self, said: Mapping[str, Any]) -> tuple[Cause | None, str]:
        """The cause, where the answer names one we know, and the code that named it."""


@dataclass(frozen=True, kw_only=True)
class ClientSecret:
    """What both parties know (RFC 6749 2.3.1): how mail servers' tokens are asked for."""

    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    setting: str = "OAUTH_TOKEN_URL"

    def make_form(self) -> dict[str, str]:
        return {"client_id": self.client_id, "client_secret": self.client_secret, "scope": self.scope}

    def find_cause(self, said: Mapping[str, Any]) -> tuple[Cause | None, str]:
        return oauth_words.find_cause(said)


@dataclass(frozen=True, kw_only=True)
class _Token:
    text: str = field(repr=False)
    seconds: float  #: of its life, from when it was asked for
    renew_at: float


class TokenSource:
    """Implements `bot.ports.Tokens`; shared by threads, of which one asks while the others wait for it."""

    def __init__(
        self, line: HttpLine, credentials: Credentials, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._line = line
        self._credentials = credentials
        self._clock = clock
        self._token: _Token | None = None
        self._lock = Lock()

    def offers(self) -> Iterator[str]:
        """The token that is believed good; to whoever comes back because it was refused, a new one."""
        kept = self._find_kept()
        if kept is not None:
            yield kept.text
        yield self._renew(kept).text

    def check(self) -> str:
        """Ask for a token, whether or not one is kept; say who gave it and for how long."""
        token = self._renew(self._find_kept())
        return f"{self._line.host} gives a token, good for {token.seconds / 60:.0f} minutes"

    def _find_kept(self) -> _Token | None:
        token = self._token
        return token if token is not None and self._clock() < token.renew_at else None

    def _renew(self, refused: _Token | None) -> _Token:
        with self._lock:
            token = self._find_kept()
            if token is None or token is refused:  # else another thread was faster
                self._token = None
                token = self._token = self._ask()
            return token

    def _ask(self) -> _Token:
        asked_at = self._clock()
        form = {"grant_type": "client_credentials", **self._credentials.make_form()}
        try:
            answer = self._line.exchange(
                "POST", self._line.path, headers=_HEADERS, body=urlencode(form).encode("ascii")
            )
        except LineFailure as exc:
            raise self._line_failure(exc) from exc
        if answer.status != _OK:
            raise self._refusal(answer)
        return self._read_token(answer.said, asked_at)

    def _line_failure(self, exc: LineFailure) -> TransientFailure | PermanentFailure:
        name = self._line.name
        if not exc.trusted:
            return PermanentFailure(f"no token: {name} cannot be trusted: {exc}")
        if isinstance(exc, NotSent):
            return TransientFailure(
                f"no token: {name} cannot be reached: {exc}",
                mend=f"check {self._credentials.setting}, and HTTPS_PROXY where there is one",
            )
        return self._oddity(f"gave no whole answer: {exc}")

    def _read_token(self, said: dict[str, Any], asked_at: float) -> _Token:
        text = said.get("access_token")
        if not (isinstance(text, str) and 0 < len(text) <= LONGEST_TOKEN and _is_one_word(text)):
            raise self._oddity("answered without an access token")
        if str(said.get("token_type", "bearer")).lower() != "bearer":
            raise self._oddity("gives no bearer token")
        seconds = _lifetime(said.get("expires_in"))
        return _Token(text=text, seconds=seconds, renew_at=asked_at + seconds - min(MARGIN, seconds / 2))

    def _refusal(self, answer: Answer) -> TransientFailure | PermanentFailure:
        name, setting = self._line.name, self._credentials.setting
        cause, code = self._credentials.find_cause(answer.said)
        if cause is not None:
            return LogInRefused(f"no token from {name}: {cause.words} ({code})", mend=cause.mend)
        status = f"{answer.status} {code}".strip()
        if answer.status in _NOT_FOUND:
            return PermanentFailure(
                f"no token: at {name} there is no such address ({status})", mend=f"check {setting}"
            )
        if answer.elsewhere:
            return self._oddity(f"sends us elsewhere ({status})")
        return TransientFailure(
            f"no token: {name} would not give one now ({status})",
            mend=f"if it stays so, check {setting}",
            retry_after=answer.wait,
        )

    def _oddity(self, words: str) -> TransientFailure:
        return TransientFailure(
            f"no token: {self._line.name} {words}", mend=f"check {self._credentials.setting}"
        )


def build_tokens(settings: Settings, context: ssl.SSLContext) -> TokenSource | None:
    """Build the one source that mailbox and mailer share; None where passwords do."""
    if settings.mail_auth is not MailAuth.OAUTH2:
        return None
    line = HttpLine(settings.oauth_token_url, context=context, proxy=settings.https_proxy)
    credentials = ClientSecret(
        client_id=settings.oauth_client_id,
        client_secret=settings.oauth_client_secret.get_secret_value(),
        scope=settings.oauth_scope,
    )
    return TokenSource(line, credentials)


def _is_one_word(text: str) -> bool:
    """RFC 6750 2.1: nothing in it may end the line or the field that it is put into."""
    return text.isascii() and text.isprintable() and " " not in text


def _lifetime(said: object) -> float:
    """Some providers send it as text; what is missing or absurd counts as short."""
    try:
        seconds = float(said)  # type: ignore[arg-type] # what is no number raises
    except (TypeError, ValueError, OverflowError):
        return UNSAID
    return min(seconds, LONGEST_LIFE) if seconds > 0 else UNSAID
