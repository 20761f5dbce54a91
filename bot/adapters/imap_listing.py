"""What a server lists of mails before it gives them, and in which commands they are asked for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from bot.domain.mail import FetchedMail

T = TypeVar("T")

BATCH = 200  # UIDs in one command: a line every server takes
HEADER_BYTES = 262_144  # of a mail too large to be read
BATCH_BYTES = 16 * 1024 * 1024  # of mails held at once


@dataclass(frozen=True, kw_only=True)
class Known:
    """A mail as the server lists it, before a byte of it is fetched."""

    uid: int
    size: int
    received_at: datetime
    whole: bool

    def with_bytes(self, raw: bytes) -> FetchedMail:
        whole = self.whole and bool(raw or not self.size)
        return FetchedMail(uid=self.uid, raw=raw, received_at=self.received_at, size=self.size, whole=whole)

    def content(self, parts: Mapping[bytes, Any], key: bytes) -> bytes | None:
        """What was given of it: no byte of a mail that has some is nothing, as NIL is.

        A partial answer carries its offset: `BODY[HEADER]<0>`.
        """
        found = next((value for name, value in parts.items() if name.startswith(key)), None)
        return found if isinstance(found, bytes) and (found or not self.size) else None


def known_of(uid: int, answer: Mapping[bytes, Any], *, now: datetime, max_bytes: int) -> Known:
    size = answer.get(b"RFC822.SIZE")
    received = answer.get(b"INTERNALDATE")
    size = size if isinstance(size, int) else 0
    if not isinstance(received, datetime) or received.tzinfo is None:
        received = now  # an unreadable date must not make a mail look older than the desk
    return Known(uid=uid, size=size, received_at=received.astimezone(UTC), whole=size <= max_bytes)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def groups(mails: Iterable[Known], max_bytes: int, oldest: datetime) -> Iterator[list[Known]]:
    """Cut into commands: whole mails, headers, and those older than `oldest` apart.

    Never more bytes at once than a desk holds.
    """
    group: list[Known] = []
    kind, weight = (False, False), 0
    for mail in mails:
        before, kind = kind, (mail.received_at < oldest, mail.whole)
        own = min(mail.size, max_bytes) if mail.whole else HEADER_BYTES
        if group and (kind != before or weight + own > BATCH_BYTES):
            yield group
            group, weight = [], 0
        group.append(mail)
        weight += own
    if group:
        yield group
