"""The outside world of the tests: fakes of every port that fail as they are told, and remember."""

import itertools
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from bot.adapters import marking
from bot.adapters.carriers import read_workbooks
from bot.adapters.mail_parsing import _read_all as read_all
from bot.adapters.spreadsheets import LIMITS
from bot.domain.errors import MessageGone, MessageLocked, PermanentFailure, UnknownOutcome
from bot.domain.mail import Attachment, FetchedMail, OutboundMail
from bot.domain.remarks import Remarks
from bot.domain.sheets import Workbook
from bot.domain.staff import Member
from bot.ports import Block, ChatMessage, Failure, Picture, ReadMail, SharedFile
from tests import slack_rules

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
APPROVALS, SUPPORT = "C0APPROVALS", "C0SUPPORT"


class Faults:
    """What goes wrong, in the order in which it is asked: an exception, or None for "this time it works"."""

    def __init__(self) -> None:
        self._coming: deque[Exception | None] = deque()

    def then(self, *coming: Exception | None) -> None:
        self._coming.extend(coming)

    def next(self) -> Exception | None:
        return self._coming.popleft() if self._coming else None

    def happen(self) -> None:
        if (fault := self.next()) is not None:
            raise fault


class FakeTexter:
    """Remembers what it was given: number, words and key; after an unknown outcome it has arrived too."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.faults = Faults()

    def send(self, to: str, text: str, *, key: str) -> None:
        fault = self.faults.next()
        if fault is None or isinstance(fault, UnknownOutcome):
            self.sent.append((to, text, key))
        if fault is not None:
            raise fault

    def check(self) -> str:
        return "sms.example.com"


class FakeMailer:
    """Remembers what it was given; after an unknown outcome the mail has arrived all the same."""

    def __init__(self) -> None:
        self.sent: list[OutboundMail] = []
        self.prepared: list[OutboundMail] = []
        self.faults = Faults()
        self.refused: tuple[str, ...] = ()  #: who gets no copy
        self.closed = 0
        self._unwanted: tuple[str, ...] = ()

    @contextmanager
    def refusing(self, *words: str) -> Iterator[None]:
        """Meanwhile every mail whose subject has one of those words is refused for good."""
        self._unwanted = words
        yield
        self._unwanted = ()

    def prepare(self, mails: Iterable[OutboundMail]) -> None:
        self.prepared += list(mails)

    def send(self, mail: OutboundMail) -> tuple[str, ...]:
        if any(word.casefold() in mail.subject.casefold() for word in self._unwanted):
            raise PermanentFailure("550 no such user")
        fault = self.faults.next()
        if fault is None or isinstance(fault, UnknownOutcome):
            self.sent.append(mail)
        if fault is not None:
            raise fault
        return self.refused

    def check(self) -> str:
        return "mail.example.com"

    def close(self) -> None:
        self.closed += 1


class FakeChat:
    """A workspace in memory; after an unknown outcome the message stands all the same."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self.standing: dict[str, ChatMessage] = {}
        self.locked: set[str] = set()  #: of those, what nobody can change any more
        self.faults = Faults()
        self.letters: list[tuple[str, str, list[Block]]] = []  #: to one person each
        self.pictures: list[tuple[str, Picture]] = []
        self.files: dict[str, SharedFile] = {}  #: that somebody gave, by id
        self.lookups = 0
        self.updates = 0
        self.broken: Exception | None = None  #: what every question about people meets
        self._members = {member.id: member for member in members}
        self._numbers = itertools.count(1)

    def post(self, message: ChatMessage) -> str:
        slack_rules.BOOK.note(message.key, slack_rules.message_faults(message.text, message.blocks))
        fault = self.faults.next()
        ts = f"1700000000.{next(self._numbers):06}"
        if fault is None or isinstance(fault, UnknownOutcome):
            self.standing[ts] = message
        if fault is not None:
            raise fault
        return ts

    def update(self, message: ChatMessage, ts: str) -> None:
        slack_rules.BOOK.note(message.key, slack_rules.message_faults(message.text, message.blocks))
        self.faults.happen()
        if ts not in self.standing:
            raise MessageGone("Slack refused while changing a message: it is gone")
        if ts in self.locked:
            raise MessageLocked("Slack refused while changing a message: the time for it is over")
        self.updates += 1
        self.standing[ts] = message

    def find(self, message: ChatMessage) -> str | None:
        self.lookups += 1
        self.faults.happen()
        same = (message.channel, message.key)
        return max((ts for ts, m in self.standing.items() if (m.channel, m.key) == same), default=None)

    def list_keys(self, channel: str, beginning: str, *, most: int) -> list[tuple[str, datetime]]:
        self.faults.happen()
        keys = ((m.key, ts) for ts, m in reversed(self.standing.items()) if m.channel == channel)
        found = [(key, ts) for key, ts in keys if key.startswith(beginning)][:most]
        return [(key, datetime.fromtimestamp(float(ts), UTC)) for key, ts in found]

    def write_to(self, user_id: str, text: str, blocks: Sequence[Block]) -> tuple[str, str]:
        slack_rules.BOOK.note(f"letter to {user_id}", slack_rules.message_faults(text, list(blocks)))
        self.faults.happen()
        self.letters.append((user_id, text, list(blocks)))
        return f"D{user_id}", f"{len(self.letters)}.1"

    def send_picture(self, channel: str, picture: Picture) -> None:
        self.faults.happen()
        self.pictures.append((channel, picture))

    def fetch_file(self, file_id: str, *, most: int) -> SharedFile:
        self.faults.happen()
        if len(self.files[file_id].content) > most:
            raise PermanentFailure("the file is too large")
        return self.files[file_id]

    def member(self, user_id: str) -> Member:
        if self.broken is not None:
            raise self.broken
        return self._members.get(user_id, Member(id=user_id, name=user_id, full=False))

    def put(self, member: Member) -> None:
        """Somebody came, or is another from now on."""
        self._members[member.id] = member

    def resolve(self, names: Sequence[str]) -> frozenset[str]:
        by_address = {member.email.lower(): member.id for member in self._members.values() if member.email}
        return frozenset(by_address.get(name, name) for name in names)

    def check(self) -> str:
        return "U0USHER"

    def check_line(self, app_token: str) -> None:
        assert app_token

    def scopes(self) -> frozenset[str]:
        return frozenset()

    def joined(self, channel: str) -> bool:
        return channel in (APPROVALS, SUPPORT)

    def said(self) -> list[str]:
        """The keys of what stands there."""
        return [message.key for message in self.standing.values()]

    def texts(self) -> str:
        return "\n".join(f"{message.text} {message.blocks}" for message in self.standing.values())


class FakeServer:
    """A mailbox on a server that remembers, with one session at a time; mails stay until they are moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.mails: dict[int, FetchedMail] = {}
        self.folders: dict[str, list[int]] = {}
        self.uidvalidity = 1
        self.coming = 0  #: what it says the next mail's number will be
        self.opened = 0
        self.closed = 0
        self.faults: dict[str, Faults] = {
            name: Faults() for name in ("open", "uids", "fetch", "move", "wait")
        }
        self.unmovable: dict[int, Failure] = {}  #: UIDs that are not moved, with why
        self.asked: list[tuple[int, ...]] = []  #: the UIDs of each fetch
        self.asked_to_move: list[tuple[int, ...]] = []
        self.sign = threading.Condition()
        self.waiting = threading.Event()
        self._now = now
        self._woken = False
        self._longest = 0.0  #: seconds that the present wait lasts at most
        self._news = self._listed = 0

    def deliver(
        self,
        raw: bytes,
        *,
        uid: int | None = None,
        received_at: datetime | None = None,
        announced: bool = True,
    ) -> int:
        with self.sign:
            uid = uid or max([*self.mails, *itertools.chain(*self.folders.values()), 0]) + 1
            self.mails[uid] = fetched(raw, uid=uid, received_at=received_at or self._now)
            self._news += announced
            self.sign.notify_all()
        return uid

    def let_pass(self, seconds: float) -> None:
        """End the present wait if it is no longer than that."""
        if self._longest <= seconds:
            self.wake()

    def renumber(self) -> None:
        """The server loses its numbers: every mail of the folder gets a new one."""
        left = [self.mails[uid] for uid in sorted(self.mails, reverse=True)]
        self.mails = {uid: replace(mail, uid=uid) for uid, mail in enumerate(left, 1)}
        self.uidvalidity += 1

    # The port

    def open(self) -> int:
        self.opened += 1
        self.faults["open"].happen()
        return self.uidvalidity

    def next_uid(self) -> int:
        return self.coming

    def uids_after(self, uid: int) -> list[int]:
        self.faults["uids"].happen()
        self._listed = self._news
        return sorted(number for number in self.mails if number > uid)

    def fetch(self, uids: Sequence[int], *, old_before: datetime | None = None) -> Iterator[FetchedMail]:
        self.asked.append(tuple(uids))
        self.faults["fetch"].happen()
        for mail in (self.mails[uid] for uid in uids if uid in self.mails):
            old = old_before is not None and mail.received_at < old_before
            yield replace(mail, raw=b"", whole=False) if old else mail

    def move(self, uids: Sequence[int], folder: str) -> Mapping[int, Failure]:
        self.asked_to_move.append(tuple(uids))
        try:
            self.faults["move"].happen()
        except PermanentFailure as exc:
            return dict.fromkeys(uids, exc)
        for uid in set(uids) - self.unmovable.keys():
            if self.mails.pop(uid, None):
                self.folders.setdefault(folder, []).append(uid)
        return {uid: self.unmovable[uid] for uid in uids if uid in self.unmovable}

    def wait(self, seconds: float) -> None:
        self.faults["wait"].happen()
        with self.sign:
            self._longest = seconds
            self.waiting.set()
            # What came since the listing ends the wait at once, as a server that says EXISTS does.
            self.sign.wait_for(lambda: self._woken or self._news != self._listed, seconds)
            self.waiting.clear()
            self._woken = False

    def abilities(self) -> frozenset[str]:
        return frozenset({"IDLE", "MOVE"})

    def wake(self) -> None:
        with self.sign:
            self._woken = True
            self.sign.notify_all()

    def close(self) -> None:
        self.closed += 1


class PlainReader:
    """Reads in this very process: the children have tests of their own."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.poison = b""  #: a mail that holds these bytes raises whenever it is read

    def read_mail(self, raw: bytes) -> ReadMail:
        self.faults.happen()
        if self.poison and self.poison in raw:
            raise RecursionError("a bug")
        return read_all(raw)

    def read_mails(self, raws: Sequence[bytes]) -> list[ReadMail]:
        return [self.read_mail(raw) for raw in raws]

    def read_workbooks(self, name: str, content: bytes, *, rows: int = 0) -> tuple[Workbook, ...]:
        return read_workbooks(name, content, replace(LIMITS, rows=rows) if rows else LIMITS)

    def close(self) -> None: ...


class PlainMarker:
    """Marks in this very process."""

    def find_form(
        self, raw: bytes, form_hash: str, applications: tuple[str, ...], own_addresses: frozenset[str]
    ) -> Attachment | None:
        return marking.find_form(raw, form_hash, applications, own_addresses)

    def mark(self, content: bytes, remarks: Remarks) -> bytes | None:
        return _marked(content, remarks)


@lru_cache(maxsize=64)
def _marked(content: bytes, remarks: Remarks) -> bytes | None:
    """Equal input gives equal bytes, and openpyxl takes its time: tests that share a form mark it once."""
    return marking.mark_workbook(content, remarks)


def fetched(raw: bytes, *, uid: int = 1, received_at: datetime = NOW) -> FetchedMail:
    return FetchedMail(uid=uid, raw=raw, received_at=received_at, size=len(raw))


class StillClock:
    """Stands where it was put."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def wait(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at
