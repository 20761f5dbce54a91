"""What the status part of a delivery report says of each recipient (RFC 3464), and what its codes mean."""

import re
from collections.abc import Sequence
from email.message import Message

from bot.adapters.mail_charsets import from_wire
from bot.domain.mail import BounceReport, RecipientReport

MOST_BLOCKS = 200
MOST_RECIPIENTS = 50
LONGEST_DETAIL = 200

ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]{1,64}@[A-Za-z0-9.-]{1,250}[A-Za-z0-9]")
STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
REPLY = re.compile(r"(?<![\d.])[45]\d\d(?=[ -]|$)")
#: what reports without a status code of RFC 3463 say, and the end of the code that it amounts to
_AMOUNTS_TO = (
    (
        "2.2",
        re.compile(
            r"over ?(?:(?:the|its|his|her|your) )?quota|quota.{0,40}(?:exceed|überschritten)|überfüllt"
            r"|(?:mailbox|postfach|speicher)\W.{0,40}(?:full|voll\b)",
            re.IGNORECASE,
        ),
    ),
    (
        "1.1",
        re.compile(
            r"(?:user|recipient|account|address) (?:is )?unknown|(?:unknown|no such) (?:user|recipient)"
            r"|mailbox unavailable|unrouteable (?:mail )?address"
            r"|(?:address|mailbox|user|account).{0,30}(?:does not exist|doesn't exist|(?:be|not) found)"
            r"|(?:adresse|empfänger|postfach).{0,60}(?:nicht gefunden|unbekannt|existiert nicht)",
            re.IGNORECASE,
        ),
    ),
)
#: codes that some servers give to every failure: what else is said says more
_SAYS_NOTHING = re.compile(r"[45]\.(?:0|5)\.0")
#: "smtp;" before what their server said
_SAID_IN = re.compile(r"\s*[\w.-]{1,40}\s*;")

Block = dict[str, str]  #: a field's name in lower case → its value on one line


def read_blocks(statuses: Sequence[Message]) -> list[Block]:
    """The blocks of the recipients, in their order; the one about the message itself is none of them."""
    blocks: list[Block] = []
    for status in statuses:
        payload = status.get_payload()
        for group in payload if isinstance(payload, list) else []:
            if isinstance(group, Message):
                fields = {k.lower(): " ".join(from_wire(str(v)).split()) for k, v in group.raw_items()}
                if "action" in fields or "final-recipient" in fields:
                    blocks.append(fields)
    return blocks[:MOST_BLOCKS]


def report_of(blocks: Sequence[Block]) -> BounceReport | None:
    """Each recipient by what its own block says; None where nothing failed or is late.

    A failure that names nobody counts only beside no name at all: it would be taken for somebody's whom
    another block calls delivered.
    """
    told = [one for block in blocks if (one := _of_block(block))]
    if any(_recipient(block) for block in blocks):
        told = [one for one in told if one.recipient]
    if not told:
        return None
    worst, each = max(told, key=_weight), dict[str, RecipientReport]()
    for one in told:
        each[one.recipient] = max(each.get(one.recipient, one), one, key=_weight)
    named = tuple(one for one in each.values() if one.recipient)[:MOST_RECIPIENTS]
    return BounceReport(
        recipients=tuple(one.recipient for one in named),
        permanent=worst.permanent,
        gave_up=worst.gave_up,
        status=worst.status,
        detail=worst.detail,
        each=named,
    )


def telling(codes: Sequence[str], said: str, *, grade: str) -> str:
    """The first code that says something, or what the words amount to; else the one that is there.

    `grade`: "4" or "5", the class of a code that is made of words.
    """
    particular = (one for one in codes if not _SAYS_NOTHING.fullmatch(one))
    meant = (f"{grade}.{detail}" for detail, form in _AMOUNTS_TO if form.search(said))
    return next(particular, "") or next(meant, "") or next(iter(codes), "")


def _weight(one: RecipientReport) -> tuple[bool, bool]:
    return one.gave_up, one.permanent


def _of_block(block: Block) -> RecipientReport | None:
    """None for a recipient who has the mail."""
    action = block.get("action", "").lower()
    gave_up = action.startswith(("fail", "error"))
    if not gave_up and not action.startswith("delay"):
        return None
    status = block.get("status", "")
    said = _SAID_IN.sub("", block.get("diagnostic-code", ""), count=1).strip()
    # 4.x.x with "failed" is a time-out: the address may well be good.
    permanent = gave_up and not (status or "5").startswith("4")
    codes = [one for text in (status, said) for one in STATUS.findall(text)]
    return RecipientReport(
        recipient=_recipient(block),
        permanent=permanent,
        gave_up=gave_up,
        status=telling(codes, said, grade="5" if permanent else "4"),
        detail=said[:LONGEST_DETAIL],
    )


def _recipient(block: Block) -> str:
    """As we wrote it (Original-Recipient), else as it was last; "" where neither is an address."""
    for name in ("original-recipient", "final-recipient"):
        found = ADDRESS.search(block.get(name, "").rpartition(";")[2])
        if found:
            return found[0].lower()
    return ""
