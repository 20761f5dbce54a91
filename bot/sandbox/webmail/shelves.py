"""The mailboxes as the page shows them: grouped, listed, threaded."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.sandbox.mail import INBOX, MailWorld, StoredMail
from bot.sandbox.webmail.letters import Letter, letter_of

_HUES = 8


@dataclass(frozen=True)
class Box:
    address: str
    count: int


@dataclass(frozen=True)
class Group:
    name: str
    boxes: list[Box]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One mail in a list; mails of one thread share its `hue`."""

    address: str
    folder: str
    stored: StoredMail
    letter: Letter
    hue: int
    answers: int = 0  #: how many mails of its thread are in the same list

    @property
    def key(self) -> str:
        return f"{self.address}/{self.folder}/{self.stored.uid}"


def groups(world: MailWorld, *, desk: Sequence[str], sponsors: Sequence[str]) -> list[Group]:
    """The desk's, sponsors' and all other mailboxes; the first two stand there even while empty."""
    known = world.addresses()
    others = [address for address in known if address not in {*desk, *sponsors}]
    named = (("The desk", desk), ("Sponsors", sponsors), ("Everyone else", others))
    return [
        Group(name, [Box(address, len(world.mails(address))) for address in addresses])
        for name, addresses in named
        if addresses
    ]


def shelf(world: MailWorld, address: str, folder: str) -> list[Item]:
    """Newest first."""
    mails = [(stored, letter_of(stored)) for stored in world.mails(address, folder)]
    roots = thread_roots(letter for _, letter in mails)
    items = []
    for (stored, letter), root in zip(mails, roots, strict=True):
        items.append(
            Item(
                address=address,
                folder=folder,
                stored=stored,
                letter=letter,
                hue=_hue(root),
                answers=roots.count(root),
            )
        )
    return sorted(items, key=lambda item: (item.stored.received_at, item.stored.uid), reverse=True)


def conversation(world: MailWorld, letter: Letter) -> list[Item]:
    """Every mail of this thread in any mailbox, oldest first, each once: both sides at a glance."""
    everything = [
        item
        for address in world.addresses()
        for folder in world.folders(address)
        for item in shelf(world, address, folder)
    ]
    roots = thread_roots([letter, *(item.letter for item in everything)])
    found: dict[str, Item] = {}
    for item, root in zip(everything, roots[1:], strict=True):
        if root == roots[0]:
            found.setdefault(item.letter.message_id or item.key, item)
    return sorted(found.values(), key=lambda item: item.stored.received_at)


def thread_roots(letters: Iterable[Letter]) -> list[str]:
    """For each letter the name of its thread: letters that share any id belong together, however linked."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while parent.setdefault(one, one) != one:
            parent[one] = one = parent[parent[one]]
        return one

    names = []
    for number, letter in enumerate(letters):
        ids = letter.thread or (f"#{number}",)
        for other in ids:
            parent[root(other)] = root(ids[0])
        names.append(ids[0])
    return [root(name) for name in names]


def find(world: MailWorld, address: str, folder: str, uid: int) -> StoredMail | None:
    return next((mail for mail in world.mails(address, folder) if mail.uid == uid), None)


def default_box(world: MailWorld, desk: Sequence[str]) -> str:
    return next(iter([*desk, *world.addresses()]), "")


def folders(world: MailWorld, address: str) -> list[str]:
    return world.folders(address) or [INBOX]


def _hue(root: str) -> int:
    return hashlib.sha256(root.encode("utf-8", "replace")).digest()[0] % _HUES
