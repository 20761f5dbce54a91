"""Log in to mail servers with a token: by XOAUTH2, as large providers have it, or OAUTHBEARER (RFC 7628)."""

import smtplib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, LoginError

from bot.adapters.log_in import Proof
from bot.adapters.oauth import TokenSource
from bot.domain.errors import PermanentFailure

_LOGGED_IN = 235
_CHALLENGE = 334
_REFUSALS = range(500, 600)
_LONGEST_COMMAND = 510  # RFC 4954 4: in a longer one the token must not stand; Gmail and Dovecot hold to it

IMAP_MEND = (
    "a token was given, so check OAUTH_SCOPE, and let its app into the mailbox of IMAP_USER "
    "(Microsoft 365: IMAP.AccessAsApp, its service principal, Add-MailboxPermission)"
)
SMTP_MEND = (
    "a token was given, so check OAUTH_SCOPE, and let its app send as SMTP_USER "
    "(Microsoft 365: SMTP.SendAsApp, Add-MailboxPermission, and SMTP AUTH allowed for the mailbox)"
)


@dataclass(frozen=True, kw_only=True)
class _Mechanism:
    """`farewell` answers the challenge by which a server says why it refuses, so that it ends the log-in."""

    name: str
    words: str
    farewell: bytes

    def first(self, user: str, token: str) -> bytes:
        name = user if self.name == "XOAUTH2" else user.replace("=", "=3D").replace(",", "=2C")
        return self.words.format(user=name, token=token).encode()


_MECHANISMS = (
    _Mechanism(name="XOAUTH2", words="user={user}\1auth=Bearer {token}\1\1", farewell=b""),
    _Mechanism(name="OAUTHBEARER", words="n,a={user},\1auth=Bearer {token}\1\1", farewell=b"\1"),
)


def with_token_for_imap(tokens: TokenSource, user: str) -> Proof[Any]:
    """Log in as `user`; a token that was believed good and is refused is replaced once."""

    def enter(client: Any) -> None:  # noqa: ANN401 - IMAPClient comes without types
        mechanism = _pick(lambda name: client.has_capability(f"AUTH={name}"), "IMAP_TLS")
        refusal = None
        for token in tokens.offers():
            says = iter([mechanism.first(user, token)])
            try:
                client.sasl_login(mechanism.name, lambda _: next(says, mechanism.farewell))  # noqa: B023 - used at once
            except LoginError as exc:
                if isinstance(exc.__context__, IMAPClientAbortError):  # the line, not the token
                    raise
                refusal = exc
            else:
                return
        if refusal is not None:
            raise refusal

    return Proof(enter=enter, mend=IMAP_MEND)


def with_token_for_smtp(tokens: TokenSource, user: str) -> Proof[smtplib.SMTP]:
    """Log in as `user`; a token that was believed good and is refused is replaced once."""

    def enter(client: smtplib.SMTP) -> None:
        offered = client.esmtp_features.get("auth", "").upper().split()
        mechanism = _pick(lambda name: name in offered, "SMTP_TLS")
        code, said = 0, b""
        for token in tokens.offers():
            code, said = _show(client, mechanism.name, mechanism.first(user, token))
            if code == _CHALLENGE:
                code, said = client.docmd(b64encode(mechanism.farewell).decode("ascii"))
            if code == _LOGGED_IN:
                return
            if code not in _REFUSALS:
                raise smtplib.SMTPResponseException(code, said)
        raise smtplib.SMTPAuthenticationError(code, said)

    return Proof(enter=enter, mend=SMTP_MEND)


def _show(client: smtplib.SMTP, mechanism: str, words: bytes) -> tuple[int, bytes]:
    """In one line with the command where it fits, else in a line of its own."""
    first = b64encode(words).decode("ascii")
    in_one = f"{mechanism} {first}"
    if len(f"AUTH {in_one}") <= _LONGEST_COMMAND:
        return client.docmd("AUTH", in_one)
    code, said = client.docmd("AUTH", mechanism)
    return client.docmd(first) if code == _CHALLENGE else (code, said)


def _pick(offers: Callable[[str], bool], setting: str) -> _Mechanism:
    for mechanism in _MECHANISMS:
        if offers(mechanism.name):
            return mechanism
    raise PermanentFailure(
        "the server offers no log-in with a token (XOAUTH2)",
        mend=f"check the host, the port and {setting}, or set MAIL_AUTH=password",
    )
