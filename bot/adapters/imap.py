"""The onboarding mailbox by IMAP: a sync by UID in batches, a move aside, and IDLE only as a wake-up."""

import contextlib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic

from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
    ProtocolError,
)

from bot.adapters.imap_line import Bell, Connection, LogIn, is_passing, said, with_password
from bot.adapters.imap_listing import BATCH, HEADER_BYTES, Known, batches, groups, known_of
from bot.adapters.imap_moving import Mover
from bot.adapters.imap_patience import Patience, Refused
from bot.adapters.oauth import TokenSource
from bot.adapters.server_words import line_trouble, remark
from bot.adapters.tls import build_context
from bot.adapters.xoauth2 import with_token_for_imap
from bot.domain.errors import LogInRefused, PermanentFailure, TransientFailure
from bot.domain.mail import FetchedMail
from bot.ports import Failure
from bot.settings import Settings, Tls

TIMEOUT = 30.0
POLL_SECONDS = 15.0
IDLE_SECONDS = 540.0  # servers may hang up after 30 minutes, firewalls after 10
GOODBYE = 2.0
VAIN_REST = 1.0  # after mail was announced that was not there
MAX_BYTES = 26_214_400
LARGEST_UID = 2**32 - 1
EARLIEST = datetime.min.replace(tzinfo=UTC)


class ImapMailbox:
    """Implements `bot.ports.Mailbox` for one thread; only `wake` may come from others."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: Tls,
        context: ssl.SSLContext,
        log_in: LogIn,
        folder: str = "INBOX",
        max_bytes: int = MAX_BYTES,
        timeout: float = TIMEOUT,
        poll_seconds: float = POLL_SECONDS,
        now: Callable[[], datetime],
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._context = context
        self._log_in = log_in
        self._folder = folder
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._poll_seconds = poll_seconds
        self._now = now
        self._connection: Connection | None = None
        self._validity, self._listing, self._giving = 0, Patience(), Patience()
        self._mover = Mover(self._name, self._explained)
        self._next_uid = 0
        self._announced = False  # mail, in the last wait
        self._vain = 0  # announcements after which none was there, in a row
        self._bell = Bell()

    def open(self) -> int:
        """Connect, log in, select the folder anew; return its UIDVALIDITY."""
        self._leave()
        self._bell.hang()
        self._connection = self._connect()
        try:
            validity = self._select()
        except BaseException:
            self._leave()
            raise
        self._mover.begin(same_numbers=validity == self._validity)
        if validity != self._validity:  # the numbers are other mails' now
            self._validity, self._listing, self._giving = validity, Patience(), Patience()
        return validity

    def next_uid(self) -> int:
        """The number the next mail gets at the least, as of the opening; 0 where the server does not say."""
        return self._next_uid

    def uids_after(self, uid: int) -> list[int]:
        """List, ascending, the UIDs above `uid`."""
        if uid >= LARGEST_UID:
            return []
        with self._explained("looking for mails") as connection:
            connection.forget_news()  # before the search: what comes during it is news again
            found = connection.list_uids(["UID", f"{uid + 1}:*"])
        # RFC 3501 6.4.8: `*` is the newest mail even when its UID is smaller
        above = sorted(found_uid for found_uid in found if found_uid > uid)
        self._vain = self._vain + 1 if self._announced and not above else 0
        return above

    def fetch(self, uids: Sequence[int], *, old_before: datetime | None = None) -> Iterator[FetchedMail]:
        """Fetch without marking; of a mail above `max_bytes` only the header, with `whole` False.

        Of a mail received before `old_before` nothing is fetched: an inbox may hold gigabytes of them. They
        come in the order of `uids`, old or not: whoever notes how far it got must have passed over none.
        """
        for batch in batches(uids, BATCH):
            known = self._list_known(batch)
            oldest = old_before or EARLIEST
            new = {mail.uid: mail for mail in known if mail.received_at >= oldest}
            for group in groups(known, self._max_bytes, oldest):
                if group[0].uid in new:
                    yield from self._give(group, new)
                else:
                    yield from (mail.with_bytes(b"") for mail in group)

    def _give(self, group: Sequence[Known], new: Mapping[int, Known]) -> Iterator[FetchedMail]:
        try:
            contents = self._contents(group, new)
        except Refused as exc:
            for mail in group:  # up to the first that was not given: they are to come in order
                raw = exc.given.get(mail.uid)
                if not isinstance(raw, bytes):
                    break
                yield mail.with_bytes(raw)
            raise
        yield from (mail.with_bytes(contents[mail.uid]) for mail in group if mail.uid in contents)

    def move(self, uids: Sequence[int], folder: str) -> dict[int, Failure]:
        """Move mails aside, making the folder when it is not there; repeating it does no harm.

        Return those that the server does not move, each with why: Copied, where a copy was made all the same.
        """
        return self._mover.move(uids, folder)

    def wait(self, seconds: float) -> None:
        """Return when something may have come, after `seconds`, or when woken."""
        deadline = monotonic() + seconds
        self._announced = False
        with self._explained("waiting for mail") as connection:
            # Some say EXISTS whatever they are asked; after that once may be a mail that came meanwhile.
            if self._vain > 1 and self._bell.wait(None, min(seconds, VAIN_REST)):
                return
            while not connection.has_news:
                left = deadline - monotonic()
                if left <= 0 or self._listen(connection, left):
                    return
            self._announced = True

    def abilities(self) -> frozenset[str]:
        """What the server offers, e.g. IDLE and MOVE."""
        with self._explained("asking what the server offers") as connection:
            return frozenset(said.decode("ascii", "replace").upper() for said in connection.capabilities())

    def wake(self) -> None:
        """End the present wait, or the next; for other threads and signal handlers."""
        self._bell.ring()

    def close(self) -> None:
        self._leave(goodbye=GOODBYE)
        self._bell.take_down()

    @property
    def _name(self) -> str:
        return f"the mailbox at {self._host}:{self._port}"

    def _connect(self) -> Connection:
        try:
            connection = Connection(
                self._host, self._port, tls=self._tls, context=self._context, timeout=self._timeout
            )
        except ssl.SSLCertVerificationError as exc:
            raise PermanentFailure(f"{self._name} cannot be trusted: {line_trouble(exc)}") from exc
        except OSError as exc:
            raise TransientFailure(f"{self._name} cannot be reached: {line_trouble(exc)}") from exc
        except CapabilityError as exc:
            raise PermanentFailure(
                f"{self._name} does not offer STARTTLS: set IMAP_TLS=tls and its port"
            ) from exc
        except LoginError as exc:
            mend = "name its ordinary port in IMAP_PORT"
            raise PermanentFailure(f"{self._name} asks for no log-in: {said(exc)}", mend=mend) from exc
        except (IMAPClientError, ValueError) as exc:
            _, bye, why = said(exc).partition("* BYE ")
            went = f"takes no connection now ({why})" if bye else "broke off the greeting"
            raise TransientFailure(f"{self._name} {went}") from exc
        try:
            self._authenticate(connection)
        except BaseException:
            connection.hang_up()
            raise
        return connection

    def _authenticate(self, connection: Connection) -> None:
        try:
            self._log_in.enter(connection)
            connection.ask_capabilities()
        except LoginError as exc:
            if isinstance(exc.__context__, IMAPClientAbortError):  # IMAPClient takes a lost line for a no
                raise TransientFailure(f"{self._name} broke off the log-in") from exc
            if is_passing(exc):
                raise TransientFailure(f"{self._name} cannot log us in now ({said(exc)})") from None
            refused = f"log-in refused by {self._name} ({said(exc)})"
            raise LogInRefused(refused, mend=self._log_in.mend) from None
        except (IMAPClientError, OSError, ValueError) as exc:
            raise TransientFailure(f"{self._name} broke off the log-in") from exc

    def _select(self) -> int:
        with self._explained("opening the folder") as connection:
            try:
                answer = connection.select_folder(self._folder)
            except IMAPClientReadOnlyError as exc:
                raise PermanentFailure(
                    f"the folder {self._folder} may only be read: give its user the right to move mails"
                ) from exc
            except IMAPClientAbortError:
                raise
            except IMAPClientError as exc:
                raise self._select_failure(connection, exc) from exc
        validity, coming = answer.get(b"UIDVALIDITY"), answer.get(b"UIDNEXT")
        self._next_uid = coming if isinstance(coming, int) else 0
        if not isinstance(validity, int):
            raise PermanentFailure(f"{self._name} keeps no UIDs in {self._folder}: name another IMAP_FOLDER")
        return validity

    def _select_failure(self, connection: Connection, exc: IMAPClientError) -> Failure:
        if connection.has_folder(self._folder) or is_passing(exc):
            return TransientFailure(f"{self._name} would not open {self._folder} ({said(exc)})")
        there = ", ".join(str(name) for _, _, name in connection.list_folders()[:10]) or "none"
        return PermanentFailure(
            f"the folder {self._folder} is not there: create it, or name another in IMAP_FOLDER "
            f"(there are: {remark(there)})"
        )

    def _list_known(self, uids: Sequence[int]) -> list[Known]:
        unlisted = Known(uid=0, size=1, received_at=self._now().astimezone(UTC), whole=True)
        found = self._listing.ask(uids, self._list, blank=unlisted)
        return [replace(found[uid], uid=uid) for uid in uids if uid in found]

    def _list(self, uids: Sequence[int]) -> dict[int, Known]:
        with self._explained("listing mails") as connection:
            answer = connection.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
            found = {
                uid: known_of(uid, answer[uid], now=self._now(), max_bytes=self._max_bytes)
                for uid in uids
                if uid in answer
            }
            self._check_gone(connection, [uid for uid in uids if uid not in found])
            return found

    def _check_gone(self, connection: Connection, left_out: Sequence[int]) -> None:
        """What an answer leaves out has been moved or deleted by somebody; raise Refused where it has not."""
        there = set(connection.search(["UID", ",".join(map(str, left_out))])) if left_out else set()
        if there := there & set(left_out):
            raise Refused(f"{self._name} does not give out the mail with UID {min(there)}")

    def _contents(self, group: Sequence[Known], new: Mapping[int, Known]) -> dict[int, bytes]:
        """Of one that the server will not give nothing but its being there: so the next ones come."""
        asked = [mail.uid for mail in group]
        return self._giving.ask(
            asked,
            lambda uids: self._fetch_contents([new[uid] for uid in uids]),
            blank=b"",
            others=sorted(new.keys() - asked, key=lambda uid: (new[uid].size, uid)),
        )

    def _fetch_contents(self, group: Sequence[Known]) -> dict[int, bytes]:
        item, key = ("BODY.PEEK[]", b"BODY[]")
        if not group[0].whole:
            item, key = f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>", b"BODY[HEADER]"
        doing = "fetching mails" if len(group) > 1 else f"fetching the mail with UID {group[0].uid}"
        with self._explained(doing) as connection:
            answer = connection.fetch([mail.uid for mail in group], [item])
            given = {mail.uid: mail.content(answer.get(mail.uid, {}), key) for mail in group}
            found = {uid: content for uid, content in given.items() if content is not None}
            self._check_gone(connection, [mail.uid for mail in group if mail.uid not in found])
            return found

    def _listen(self, connection: Connection, seconds: float) -> bool:
        """Sleep until the server speaks, the bell rings or time is up; say whether it was the bell."""
        announces = connection.start_idle()
        longest = IDLE_SECONDS if announces else self._poll_seconds
        # an EXISTS may have come before the server's go-ahead, or its refusal
        woken = self._bell.wait(connection, 0 if connection.has_news else min(seconds, longest))
        if not announces:
            if not woken:
                connection.ask_news()
            return woken
        # a dead server must not hold up a SIGTERM
        connection.set_timeout(GOODBYE if woken else self._timeout)
        connection.stop_idle()
        connection.set_timeout(self._timeout)
        return woken

    @contextlib.contextmanager
    def _explained(self, doing: str) -> Iterator[Connection]:
        """Turn what the library raises into our failures; a connection out of step is left."""
        connection = self._connection
        if connection is None:
            raise TransientFailure(f"{self._name} is not connected")
        try:
            yield connection
        except (IMAPClientAbortError, ProtocolError) as exc:
            self._leave()
            raise TransientFailure(f"{self._name} broke off while {doing}") from exc
        except IMAPClientError as exc:
            raise Refused(f"{self._name} refused while {doing} ({said(exc)})") from exc
        except OSError as exc:
            self._leave()
            raise TransientFailure(f"{self._name} was lost while {doing}: {line_trouble(exc)}") from exc
        except (ValueError, LookupError, TypeError) as exc:
            self._leave()
            raise TransientFailure(f"{self._name} answered what is not IMAP while {doing}") from exc

    def _leave(self, *, goodbye: float = 0.0) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.hang_up(goodbye=goodbye)


def build_mailbox(
    settings: Settings,
    *,
    max_bytes: int = MAX_BYTES,
    context: ssl.SSLContext | None = None,
    tokens: TokenSource | None = None,
    now: Callable[[], datetime],
) -> ImapMailbox:
    """Build the mailbox of the settings, which logs in with a token where there are any."""
    host, port = settings.imap_endpoint
    user, password = settings.imap_user, settings.imap_password.get_secret_value()
    return ImapMailbox(
        host,
        port,
        tls=settings.imap_tls,
        context=context or build_context(settings.ca_bundle),
        log_in=with_token_for_imap(tokens, user) if tokens else with_password(user, password),
        folder=settings.imap_folder,
        max_bytes=max_bytes,
        now=now,
    )
