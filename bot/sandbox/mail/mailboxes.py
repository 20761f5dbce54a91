"""Accounts and folders in memory: pymap's dict backend with the gaps mended that a mail client falls into."""

import itertools
import secrets
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import NamedTuple, cast

from pymap.backend.dict import Config, Identity, Login, Session
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message, _ContentCache, _ThreadCache
from pymap.concurrent import Event, Subsystem
from pymap.exceptions import InvalidAuth
from pymap.mailbox import MailboxSnapshot
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag, Wildcard
from pymap.selected import SelectedMailbox
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from bot.sandbox.mail.contents import RawContent
from bot.sandbox.mail.faults import ImapFaults

INBOX = "INBOX"
Now = Callable[[], datetime]


class StoredMail(NamedTuple):
    """One mail as it lies in a folder."""

    uid: int
    raw: bytes
    received_at: datetime
    flags: frozenset[str]


class ServerConfig(Config):
    """Passwords stay in the clear: they are the sandbox's, and hashing costs 0.3 s a login."""

    def __init__(self, tls: SSLContext | None, *, implicit: bool) -> None:
        self.implicit_tls = tls if implicit else None
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=None,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            ssl_context=tls or SSLContext(PROTOCOL_TLS_SERVER),
            tls_enabled=tls is not None and not implicit,
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0,
        )

    @property
    def greeting(self) -> bytes:
        return b"Usher's sandbox is ready"  # the default asks the network for this machine's name


class Snapshot(MailboxSnapshot):
    @property
    def flags(self) -> frozenset[Flag]:
        return super().flags - {Wildcard}  # RFC 3501 7.2.6 allows `\*` in PERMANENTFLAGS only


class Folder(MailboxData):
    """A mailbox that takes keywords, dates by the world's clock and loses no announcement."""

    def __init__(self, *, now: Now, uid_validity: int, changed: Callable[[], None]) -> None:
        super().__init__(_ContentCache(), _ThreadCache())
        self._now = now
        self._changed = changed
        self._uid_validity = uid_validity
        self._max_uid = 0

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return super().permanent_flags | {Wildcard}

    async def snapshot(self) -> MailboxSnapshot:
        plain = await super().snapshot()
        return Snapshot(**{name: getattr(plain, name) for name in MailboxSnapshot.__slots__})

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        async with self.messages_lock.write_lock():
            self._max_uid += 1
            self._messages[self._max_uid] = message = Message(
                self._max_uid,
                append_msg.when or self._now(),
                append_msg.flag_set,
                email_id=ObjectId.random_email_id(),
                thread_id=ObjectId.random_thread_id(),
                recent=recent,
                content=RawContent(bytes(append_msg.literal)),
            )
            self._mod_sequences.update([self._max_uid])
            self._updated.set()
        self._changed()
        return message

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        moved = await super().move(uid, destination, recent=recent)
        self._changed()
        return moved

    async def update_selected(
        self, selected: SelectedMailbox, *, wait_on: Event | None = None
    ) -> SelectedMailbox:
        """Wait only if there is nothing to tell.

        A mail delivered between two waits, while the last announcement was being written, would
        otherwise stay unannounced until the next one.
        """
        known = selected.mod_sequence
        news = known is None or known < self._mod_sequences.highest
        return await super().update_selected(selected, wait_on=None if news else wait_on)

    async def stored(self) -> list[StoredMail]:
        return [_stored(message) async for message in self.messages()]

    async def renumber(self, uid_validity: int) -> None:
        """Number the mails anew from 1, as a mailbox does that was rebuilt from a backup."""
        async with self.messages_lock.write_lock():
            messages = [Message.copy(msg, uid=uid) for uid, msg in enumerate(self._messages.values(), 1)]
            self._mod_sequences.expunge(list(self._messages))
            self._messages = {message.uid: message for message in messages}
            self._mod_sequences.update(list(self._messages))
            self._max_uid = len(messages)
            self._uid_validity = uid_validity
        self._changed()


def _stored(message: Message) -> StoredMail:
    flags = frozenset(str(flag) for flag in message.permanent_flags)
    return StoredMail(message.uid, bytes(message._content or b""), message.internal_date, flags)  # noqa: SLF001


class Folders(MailboxSet):
    """One account's folders."""

    def __init__(self, new_folder: Callable[[], Folder]) -> None:
        super().__init__()
        self._new_folder = new_folder
        self._inbox = new_folder()

    async def add_mailbox(self, name: str) -> ObjectId:
        async with self._set_lock.write_lock():
            if name in self._set:
                raise ValueError(name)
            self._set[name] = folder = self._new_folder()
            return folder.mailbox_id

    async def rename_mailbox(self, before: str, after: str) -> None:
        if before == INBOX:
            raise KeyError(before)  # would leave a plain pymap mailbox behind as the inbox
        await super().rename_mailbox(before, after)

    async def get_mailbox(self, name: str) -> Folder:
        return cast(Folder, self._inbox if name.upper() == INBOX else self._set[name])

    async def get_or_add(self, name: str) -> Folder:
        if name.upper() != INBOX and name not in self._set:
            await self.add_mailbox(name)
        return await self.get_mailbox(name)

    def names(self) -> list[str]:
        return [INBOX, *sorted(self._set)]


class Accounts(Login):
    """All mailboxes of the world by address; one is made for whoever gets a mail."""

    def __init__(
        self, *, config: ServerConfig, faults: ImapFaults, now: Now, changed: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._faults = faults
        self._now = now
        self._changed = changed
        self._folders: dict[str, Folders] = {}
        self._validity = itertools.count(int(now().timestamp()))

    def add(self, address: str, password: str | None = None) -> Folders:
        """The account's folders; without a password it gets mail, yet nobody can sign in to it."""
        name = address.lower()
        if password is not None:
            self.users_dict[name] = UserMetadata(self.config, name, password=password)
        if name not in self._folders:
            self._folders[name] = Folders(self._new_folder)
        return self._folders[name]

    def addresses(self) -> list[str]:
        return sorted(self._folders)

    def next_validity(self) -> int:
        return next(self._validity)

    def knows(self, address: str, password: str) -> bool:
        user = self.users_dict.get(address.lower())
        return user is not None and secrets.compare_digest(
            (user.password or "").encode(), password.encode("utf-8", "replace")
        )

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        if self._faults.refuse_logins:
            raise InvalidAuth
        user = self.users_dict.get(credentials.authcid.lower())
        if user is None or not credentials.verify(replace(user, name=credentials.authcid)):
            raise InvalidAuth
        return MailboxIdentity(user.name, self)

    async def authorize(self, authenticated: Identity, authzid: str) -> Identity:  # type: ignore[override]
        if authzid.lower() != authenticated.name:
            raise InvalidAuth
        return authenticated

    def _new_folder(self) -> Folder:
        return Folder(now=self._now, uid_validity=self.next_validity(), changed=self._changed)


class MailboxIdentity(Identity):
    def __init__(self, name: str, accounts: Accounts) -> None:
        super().__init__(name, accounts, None, frozenset())
        self._accounts = accounts

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[Session]:
        folders = self._accounts.add(self.name)
        yield Session(self.name, self._accounts.config, folders, FilterSet())


def flags_of(names: Iterable[str]) -> frozenset[Flag]:
    return frozenset(Flag(name) for name in names)
