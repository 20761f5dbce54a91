"""The way out for mails: one kept SMTP connection that knows how far a mail came when the line broke."""

import base64
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock

from bot.adapters.log_in import Proof
from bot.adapters.oauth import TokenSource
from bot.adapters.server_words import line_trouble, remark
from bot.adapters.smtp_answers import THROTTLED_FOR, About, refusal
from bot.adapters.smtp_letter import Letter, letter_of
from bot.adapters.smtp_line import Smtp, SmtpOverTls
from bot.adapters.tls import build_context
from bot.adapters.xoauth2 import with_token_for_smtp
from bot.domain.errors import (
    LogInRefused,
    NotLetIn,
    NotNow,
    PermanentFailure,
    TransientFailure,
    UnknownOutcome,
)
from bot.domain.mail import OutboundMail
from bot.settings import Settings, Tls

LogIn = Proof[smtplib.SMTP]
Replies = Iterator[tuple[int, bytes]]

TIMEOUT = 30.0
ANSWER_TIMEOUT = 120.0  # RFC 5321 4.5.3.2.6 grants a server long minutes after the dot: it may be scanning
GOODBYE = 2.0

_HOST_NAME = re.compile(r"[A-Za-z0-9.-]{1,253}")
#: RFC 4954: the server wants a log-in, a better one, or refuses ours
_LOG_IN_CODES = frozenset({530, 534, 535, 538})
_CLOSING = 421
_OK = 250
_LOGGED_IN = 235
_READY = 220
_CODES = range(200, 600)
#: RFC 5321 4.2: a client goes by the first digit, which says that it is done, or that the mail may come
_DONE, _GO_ON = 2, 3


def with_password(user: str, password: str) -> LogIn:
    """Log in by whatever way of passwords the server offers."""

    def enter(client: smtplib.SMTP) -> None:
        if user.isascii() and password.isascii():
            client.login(user, password)
            return
        # smtplib knows ASCII only; RFC 4616 has UTF-8.
        token = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
        code, said = client.docmd("AUTH", f"PLAIN {token}")
        if code != _LOGGED_IN:
            raise smtplib.SMTPAuthenticationError(code, said)

    return Proof(enter=enter, mend="check SMTP_USER and SMTP_PASSWORD")


class SmtpMailer:
    """Implements `bot.ports.Mailer`; safe to share between threads, one mail at a time."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: Tls,
        context: ssl.SSLContext,
        log_in: LogIn | None = None,
        timeout: float = TIMEOUT,
        answer_timeout: float = ANSWER_TIMEOUT,
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._context = context
        self._log_in = log_in
        self._timeout = timeout
        self._answer_timeout = answer_timeout
        self._client: smtplib.SMTP | None = None
        self._lock = Lock()
        self._ready: dict[str, tuple[OutboundMail, Letter]] = {}  # by their Message-IDs

    def prepare(self, mails: Iterable[OutboundMail]) -> None:
        """Put them into the bytes that travel; what is wrong with one is told at its turn."""
        ready = {}
        for mail in mails:
            with contextlib.suppress(Exception):
                ready[mail.message_id] = mail, letter_of(mail)
        self._ready = ready

    def send(self, mail: OutboundMail) -> tuple[str, ...]:
        """Only a line lost between the final dot and its answer makes the outcome unknown.

        Return the copies that were refused: the one to whom it is written gets the mail all the same.
        """
        known, letter = self._ready.pop(mail.message_id, (None, None))
        if letter is None or known is not mail:
            letter = letter_of(mail)
        with self._lock:
            try:
                return self._deliver(letter)
            except (TransientFailure, PermanentFailure):
                self._reset()
                raise
            except BaseException:
                self._hang_up()  # perhaps in the middle of the mail, where a RSET would become its last line
                raise

    def check(self) -> str:
        """Connect and log in for real; return what the server calls itself."""
        with self._lock:
            self._hang_up()
            client = self._connect()
            return remark(client.ehlo_resp or b"").split(" ")[0]

    def close(self) -> None:
        """Say goodbye; a shutdown does not wait long for a mail that is under way."""
        if not self._lock.acquire(timeout=GOODBYE):
            return
        try:
            client, self._client = self._client, None
            if client is not None:
                _say_goodbye(client)
        finally:
            self._lock.release()

    def _deliver(self, letter: Letter) -> tuple[str, ...]:
        try:
            client, refused = self._announce(letter)
            self._content(client, letter)
        except _Stale as exc:
            failure = NotNow if exc.not_now else TransientFailure
            raise failure(f"{self._name} {exc}", retry_after=exc.retry_after) from exc
        return refused

    def _announce(self, letter: Letter) -> tuple[smtplib.SMTP, tuple[str, ...]]:
        """Get as far as DATA; a kept line of which the server tired is dialled anew once."""
        client = self._client
        if client is not None:
            try:
                return client, self._envelope(client, letter)
            except _Stale:
                self._hang_up()
        client = self._connect()
        return client, self._envelope(client, letter)

    @property
    def _name(self) -> str:
        return f"the mail server {self._host}:{self._port}"

    def _connect(self) -> smtplib.SMTP:
        with self._connecting(), contextlib.ExitStack() as undo:
            client = self._dial()
            undo.callback(client.close)
            if client.sock is not None:
                client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.ehlo_or_helo_if_needed()
            if self._tls is Tls.STARTTLS:
                self._secure(client)
            if self._log_in is not None:
                self._log_in.enter(client)
            undo.pop_all()
            self._client = client
            return client

    def _secure(self, client: smtplib.SMTP) -> None:
        code, said = client.starttls(context=self._context)
        if code != _READY:  # smtplib would go on in the clear
            raise smtplib.SMTPResponseException(code, said)
        client.ehlo_or_helo_if_needed()

    def _dial(self) -> smtplib.SMTP:
        own_name = _own_name()
        if self._tls is Tls.TLS:
            return SmtpOverTls(self._host, self._port, own_name, timeout=self._timeout, context=self._context)
        return Smtp(self._host, self._port, own_name, timeout=self._timeout)

    @contextlib.contextmanager
    def _connecting(self) -> Iterator[None]:
        """Whatever goes wrong here is not the mail's fault: it waits, and the words call for the mend."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as exc:
            # 454 and its like say that they cannot tell just now.
            failure = NotLetIn if exc.smtp_code // 100 == 5 else NotNow  # noqa: PLR2004 - RFC 5321 4.2.1
            raise failure(
                f"{self._name} refused the log-in ({exc.smtp_code} {remark(exc.smtp_error)})",
                mend=self._log_in.mend if self._log_in else "",
            ) from None
        except LogInRefused as exc:
            raise NotLetIn(exc.reason, mend=exc.mend) from exc
        except PermanentFailure as exc:
            raise NotNow(exc.reason, mend=exc.mend) from exc
        except smtplib.SMTPNotSupportedError as exc:
            raise NotNow(
                f"{self._name} does not offer what the settings ask for ({remark(exc)}): "
                "check SMTP_TLS, SMTP_USER and the port"
            ) from exc
        except smtplib.SMTPResponseException as exc:
            raise NotNow(
                f"{self._name} would not have us ({exc.smtp_code} {remark(exc.smtp_error)})",
                retry_after=THROTTLED_FOR if exc.smtp_code == _CLOSING else None,
            ) from exc
        except smtplib.SMTPException as exc:
            raise NotNow(f"{self._name} broke off the greeting{_why(exc)}") from exc
        except OSError as exc:
            raise NotNow(f"{self._name} cannot be reached: {line_trouble(exc)}") from exc

    def _envelope(self, client: smtplib.SMTP, letter: Letter) -> tuple[str, ...]:
        """Sender, recipients and DATA: up to here nothing of the mail is at the server."""
        # `client.mail` and `client.rcpt` would take the addresses, which are checked, apart once more.
        client.command_encoding = "utf-8" if letter.is_international else "ascii"
        replies = _replies(client, letter.commands(client))
        try:
            return self._judge(replies, letter.recipients)
        except _Stale:
            self._hang_up()  # answers to that breath may lie unread: the next mail would take them for its
            raise
        except (TransientFailure, PermanentFailure):
            if client.has_extn("pipelining"):
                self._hear_out(replies)
            raise

    def _judge(self, replies: Replies, recipients: Sequence[str]) -> tuple[str, ...]:
        refused = []
        with self._before_the_dot(not_now=True):  # no word of the mail was said yet
            self._expect(_DONE, *next(replies), "the sender")
        with self._before_the_dot():
            for number, recipient in enumerate(recipients):
                code, said = next(replies)
                try:
                    about: About = "a copy" if number else "a recipient"
                    self._expect(_DONE, code, said, about, to=recipients)
                except PermanentFailure:
                    if number == 0:
                        raise
                    refused.append(f"{recipient}: {code} {remark(said)}")
            self._expect(_GO_ON, *next(replies), "the mail", to=recipients)
        return tuple(refused)

    def _hear_out(self, replies: Replies) -> None:
        """Answers to what was said in the same breath; a server that now waits for the mail is left.

        A lone dot would end the wait, but would bring an empty mail to those that it took.
        """
        try:
            in_step = all(code in _CODES and code // 100 != _GO_ON for code, _ in replies)
        except OSError:
            in_step = False
        if not in_step:
            self._hang_up()

    def _content(self, client: smtplib.SMTP, letter: Letter) -> None:
        with self._before_the_dot():
            client.send(letter.content)
        code, said = self._verdict(client)
        self._expect(_DONE, code, said, "the mail", to=letter.recipients)

    def _verdict(self, client: smtplib.SMTP) -> tuple[int, bytes]:
        """From the dot on the server may have taken the mail, whatever we hear."""
        self._set_timeout(client, self._answer_timeout)
        try:
            code, said = client.getreply()
        except (smtplib.SMTPException, OSError) as exc:
            raise UnknownOutcome(f"{self._name} gave no answer after the mail's last byte") from exc
        if code not in _CODES or code // 100 == _GO_ON:
            raise UnknownOutcome(f"{self._name} answered the mail's last byte with what is no answer to it")
        self._set_timeout(client, self._timeout)
        return code, said

    @staticmethod
    def _set_timeout(client: smtplib.SMTP, seconds: float) -> None:
        if client.sock is not None:
            client.sock.settimeout(seconds)

    @contextlib.contextmanager
    def _before_the_dot(self, *, not_now: bool = False) -> Iterator[None]:
        try:
            yield
        except OSError as exc:  # smtplib's own exceptions are of this family
            self._hang_up()
            raise _Stale(f"broke off before the mail was through{_why(exc)}", not_now=not_now) from exc

    def _expect(self, wanted: int, code: int, said: bytes, about: About, *, to: Sequence[str] = ()) -> None:
        """`wanted` is a first digit."""
        if code not in _CODES:
            self._hang_up()
            raise TransientFailure(f"{self._name} answered {about} with what is not SMTP")
        if code // 100 == wanted:
            return
        if code == _CLOSING:
            words = f"closed the line ({code} {remark(said)})"
            raise _Stale(words, not_now=True, retry_after=THROTTLED_FOR)
        if code in _LOG_IN_CODES:  # a kept line may outlive the token that opened it
            mend = self._log_in.mend if self._log_in else "check SMTP_USER, SMTP_PASSWORD and SMTP_TLS"
            raise _Stale(f"wants another log-in ({code} {remark(said)}): {mend}", not_now=True)
        raise refusal(self._name, code, said, about, to=to)

    def _reset(self) -> None:
        """Leave the connection fit for the next mail, or leave it."""
        if self._client is not None and not _is_in_step(self._client):
            self._hang_up()

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def build_mailer(
    settings: Settings, context: ssl.SSLContext | None = None, tokens: TokenSource | None = None
) -> SmtpMailer:
    """Build the way out of the settings, which logs in where a user is given."""
    host, port = settings.smtp_endpoint
    log_in = None
    if settings.smtp_user:
        user, password = settings.smtp_user, settings.smtp_password.get_secret_value()
        log_in = with_token_for_smtp(tokens, user) if tokens else with_password(user, password)
    return SmtpMailer(
        host, port, tls=settings.smtp_tls, context=context or build_context(settings.ca_bundle), log_in=log_in
    )


class _Stale(Exception):  # noqa: N818 - never leaves this room
    """The line ended before the mail was through: a kept one is dialled anew when nothing had been sent."""

    def __init__(self, words: str, *, not_now: bool, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.not_now = not_now  #: it cannot be this mail's fault
        self.retry_after = retry_after


def _replies(client: smtplib.SMTP, commands: Sequence[str]) -> Replies:
    """Say the commands and hear each answer; all in one breath where the server allows it (RFC 2920)."""
    if client.has_extn("pipelining"):
        client.send("".join(f"{command}\r\n" for command in commands))
        yield from (client.getreply() for _ in commands)
        return
    yield from (client.docmd(command) for command in commands)


def _why(exc: OSError) -> str:
    """What became of the line; smtplib says of everything that the server has disconnected."""
    trouble = exc.__context__ if isinstance(exc, smtplib.SMTPException) else exc
    return f": {line_trouble(trouble)}" if isinstance(trouble, OSError) else ""


def _is_in_step(client: smtplib.SMTP) -> bool:
    try:
        return client.sock is not None and client.rset()[0] == _OK
    except (smtplib.SMTPException, OSError):
        return False


def _say_goodbye(client: smtplib.SMTP) -> None:
    if client.sock is not None:
        client.sock.settimeout(GOODBYE)
    with contextlib.suppress(smtplib.SMTPException, OSError):  # whoever is gone needs no goodbye
        client.quit()
    client.close()


def _own_name() -> str:
    """What we call ourselves; smtplib would ask the name service, which can take ten seconds."""
    name = socket.gethostname()
    return name if "." in name and _HOST_NAME.fullmatch(name) else "[127.0.0.1]"
