"""To whom a mail goes: in which language, about what, and in which of their threads it stands."""

from dataclasses import dataclass, field

from bot.domain.accounts import Account
from bot.domain.cases import Case, Thread
from bot.domain.conversations import Conversation


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """Who reads a mail of ours, and what a reply to it is about."""

    address: str  #: "" where nobody can be reached
    lang: str
    ref: str  #: what the signed Message-ID names
    thread: Thread = field(default_factory=Thread)  #: the mail of theirs that it answers
    cc: tuple[str, ...] = ()
    case_id: int | None = None  #: on whose card it stands


def sponsor_of(case: Case) -> Addressee:
    """Its sponsor and whoever gets copies, in their thread."""
    return Addressee(
        address=case.sponsor.address,
        lang=case.lang,
        ref=case.ref,
        thread=case.thread,
        cc=case.cc,
        case_id=case.id,
    )


def somebody_of(case: Case, address: str) -> Addressee:
    """Somebody else whom it concerns; they wrote us nothing that could be answered."""
    return Addressee(address=address, lang=case.lang, ref=case.ref, case_id=case.id)


def owner_of(account: Account) -> Addressee:
    """Its owner, at the address on file."""
    return Addressee(
        address=account.email, lang=account.lang, ref=account.thread, case_id=account.case_id or None
    )


def asker_of(one: Conversation) -> Addressee:
    """Whose question it is, in their thread."""
    return Addressee(address=one.address, lang=one.lang, ref=one.ref, thread=one.thread)
