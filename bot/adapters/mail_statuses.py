"""What the status part of a delivery report says of each recipient (RFC 3464), and what its codes mean."""

import re
from collections.abc import Container, Iterator, Sequence
from email.message import Message
from enum import Enum, auto
from itertools import islice

from bot.adapters.mail_charsets import clean, decode
from bot.adapters.mail_headers import header_of, parameters_of
from bot.adapters.mail_unparsed import unparsed
from bot.domain.bounces import speaks_of_sender
from bot.domain.mail import BounceReport, RecipientReport

MOST_BLOCKS = 200
LONGEST_PART = 400_000  #: bytes of one status part
LONGEST_PARTS = 800_000  #: bytes of all of a report's, read one way or two
LONGEST_SAID = 1_000  #: characters of an answer in which words are looked for
LONGEST_FIELD = 4_000  #: characters
MOST_RECIPIENTS = 50
MOST_FIELDS = 50  #: of a block
MOST_LINES = 50  #: of a field
LONGEST_DETAIL = 200
LONGEST_ADDRESS = 320  #: characters of a field that names somebody; one that is longer names nobody

#: in words: all of it or nothing, as "o'brien" without its beginning is somebody else; no quotes around it
ADDRESS = re.compile(
    r"""(?<![^\s<>()\[\]",;:])'?(?=[^\s@]{1,64}@)"""
    r"""([^\s<>()\[\]",;:@']+(?:'[^\s<>()\[\]",;:@']+)*@[\w.-]{1,250}\w)(?!\.*[\w@-])"""
)
#: RFC 3463, 3, knows the subjects 0 to 7; what may end with a year ("vom 5.1.26") stands where a code does
STATUS = re.compile(
    r"(?:(?<![\d.])[45]\.[0-7]\.(?:[015-9]?\d|\d{3})"
    r"|(?:\A|(?<=[45]\d\d[ -])|(?<=[#(;])|(?<=[Cc]ode )|(?<=tatus: ))[45]\.[0-7]\.[2-4]\d)(?![\d.])"
)
REPLY = re.compile(r"(?<![\d.])[45]\d\d(?=[ -]|$)")
#: what reports without a status code of RFC 3463 say, and the end of the code that it amounts to
_AMOUNTS_TO = (
    (
        "2.2",
        re.compile(
            r"over ?(?:(?:the|its|his|her|your) )?quota|quota.{0,40}(?:exceed|überschritten)|überfüllt"
            r"|(?:mailbox|postfach|speicher)\W.{0,40}(?:full|voll\b)|speicherplatz.{0,40}ersch(?:ö|oe)pft"
            r"|bo[iî]te (?:aux lettres|de réception|mail).{0,40}(?:pleine|saturée)|quota.{0,40}dépassé",
            re.IGNORECASE,
        ),
    ),
    (
        "1.1",
        re.compile(
            r"(?:user|recipient|account|address) (?:is )?unknown|(?:unknown|no such) (?:user|recipient)"
            r"|mailbox unavailable|unrouteable (?:mail )?address"
            r"|(?:address|mailbox|user|account).{0,30}(?:does not exist|doesn't exist|(?:be|not) found)"
            r"|(?:adresse|empfänger|postfach|teilnehmer).{0,60}(?:nicht gefunden|unbekannt|existiert nicht)"
            r"|(?:adresse|destinataire|utilisateur|bo[iî]te).{0,60}(?:introuvable|inconnue?|n\Wexiste pas)",
            re.IGNORECASE,
        ),
    ),
)
#: codes that some servers give to every failure: what else is said says more
_SAYS_NOTHING = re.compile(r"[45]\.(?:0|5)\.0")
#: "smtp;" before what their server said
_SAID_IN = re.compile(r"\s*[\w.-]{1,40}\s*;")

#: of a recipient, in a field that holds nothing else: letters of any alphabet
_RECIPIENT = re.compile(r"[^\s<>()\[\]\",;:@]{1,64}@[\w.-]{1,250}\w")
_COMMENT = re.compile(r"\([^()]*\)")
#: how ASCII carries such a letter (RFC 6533, 3)
_UNITEXT = re.compile(r"\\x\{((?:10|0?[0-9A-F])?[0-9A-F]{1,4})\}", re.IGNORECASE)
_FIELD = re.compile(r"([!-9;-~]{1,60})[ \t]*:[ \t]*(.*)")
_WHOM = ("original-recipient", "final-recipient")
_OF_RECIPIENT = {*_WHOM, "action", "status"}


class _State(Enum):
    """What became of a recipient's copy."""

    FAILED = auto()
    FOR_NOW = auto()  # not delivered for a reason that may pass, and nothing says whether they still try
    LATE = auto()
    HAS_IT = auto()


_CLASS = re.compile(r"\(?[245](?=\.|\d\d\b|$)")
_ACTIONS = (
    ("fail", _State.FAILED),
    ("error", _State.FAILED),
    ("delay", _State.LATE),
    ("deliver", _State.HAS_IT),
    ("relay", _State.HAS_IT),
    ("expand", _State.HAS_IT),
)
_CLASSES = {"2": _State.HAS_IT, "4": _State.FOR_NOW, "5": _State.FAILED}

Block = dict[str, str]  #: a field's name in lower case → its value on one line


def read_blocks(statuses: Sequence[Message]) -> list[Block]:
    """The blocks of the recipients, in their order; the one about the message itself is none of them."""
    blocks: list[Block] = []
    left = LONGEST_PARTS
    for status in statuses[:MOST_BLOCKS]:
        encoding = header_of(status, "content-transfer-encoding").strip().lower()
        charset = parameters_of(header_of(status, "content-type")).get("charset", "")
        # Some say that it is encoded, and it is not.
        for way in dict.fromkeys((encoding, "")):
            if len(blocks) >= MOST_BLOCKS or left <= 0:
                return blocks[:MOST_BLOCKS]
            raw = unparsed(status, way)[: min(LONGEST_PART, left)]
            left -= len(raw)
            if found := _blocks_in(decode(raw, charset)):
                blocks += found
                break
    return blocks[:MOST_BLOCKS]


def _blocks_in(text: str) -> list[Block]:
    """The first blocks that speak of a recipient."""
    speaking = (block for block in _each_block(text) if not _OF_RECIPIENT.isdisjoint(block))
    return [
        {name: " ".join(lines)[:LONGEST_FIELD] for name, lines in block.items()}
        for block in islice(speaking, MOST_BLOCKS)
    ]


def _each_block(text: str) -> Iterator[dict[str, list[str]]]:
    """Blank lines part them, or the next recipient where a server forgot to; each field's first lines."""
    block: dict[str, list[str]] = {}
    name = ""
    for line in text.split("\n"):
        field = None if line.startswith((" ", "\t")) else _FIELD.match(line)
        if not line.strip():
            if block:
                yield block
            block = {}
        elif field is None:
            if name in block and len(block[name]) < MOST_LINES:
                block[name].append(line.strip()[:LONGEST_FIELD])
        else:
            name = field[1].lower()
            if name in _WHOM and _is_over(block, name):
                yield block
                block = {}
            if name in block or len(block) >= MOST_FIELDS:
                name = ""  # the first one stands
            else:
                block[name] = [field[2].strip()[:LONGEST_FIELD]]
    yield block


def _is_over(block: Container[str], name: str) -> bool:
    """Whether a further recipient's name begins another block."""
    named = any(one in block for one in _WHOM)
    return name in block or (named and ("action" in block or "status" in block))


def names_success(blocks: Sequence[Block]) -> bool:
    """Whether somebody has the mail."""
    return any(_state_of(block) is _State.HAS_IT for block in blocks)


def report_of(blocks: Sequence[Block], *, late: bool = False) -> BounceReport | None:
    """Each recipient by what its own block says; None where nothing failed or is late.

    `late`: what a code of class 4 means without an action: their server still tries, or gave up.
    A failure that names nobody counts only beside no name at all: it would be taken for somebody's whom
    another block calls delivered.
    """
    told = [one for block in blocks if (one := _of_block(block, late=late))]
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

    Words about the sender's address amount to nothing: it is ours.

    `grade`: "4" or "5", the class of a code that is made of words.
    """
    particular = (one for one in codes if not _SAYS_NOTHING.fullmatch(one))
    forms = _AMOUNTS_TO[:1] if speaks_of_sender(said) else _AMOUNTS_TO
    meant = (f"{grade}.{detail}" for detail, form in forms if form.search(said))
    return next(particular, "") or next(meant, "") or next(iter(codes), "")


def _weight(one: RecipientReport) -> tuple[bool, bool]:
    return one.gave_up, one.permanent


def _of_block(block: Block, *, late: bool) -> RecipientReport | None:
    """None for a recipient who has the mail, or of whom nothing is said."""
    state = _state_of(block)
    if state in (None, _State.HAS_IT):
        return None
    gave_up = state is _State.FAILED or (state is _State.FOR_NOW and not late)
    status, said = block.get("status", ""), _said(block)
    # 4.x.x with "failed" is a time-out: the address may well be good.
    permanent = gave_up and (_grade(block) or "5") != "4"
    codes = [one for text in (status, said) for one in STATUS.findall(text)]
    return RecipientReport(
        recipient=_recipient(block),
        permanent=permanent,
        gave_up=gave_up,
        status=telling(codes, said[:LONGEST_SAID], grade="5" if permanent else "4"),
        detail=said[:LONGEST_DETAIL],
    )


def _state_of(block: Block) -> _State | None:
    """By its action, else by the class of its code; None where it has neither."""
    action = block.get("action", "").lower()
    known = next((state for word, state in _ACTIONS if action.startswith(word)), None)
    return known or _CLASSES.get(_grade(block))


def _grade(block: Block) -> str:
    """The class of its status, else of what their server said: "2", "4", "5" or ""."""
    said = _said(block)
    code = _CLASS.match(block.get("status", "")) or STATUS.search(said) or REPLY.search(said)
    return code[0].lstrip("(")[0] if code else ""


def _said(block: Block) -> str:
    return _SAID_IN.sub("", block.get("diagnostic-code", ""), count=1).strip()


def _recipient(block: Block) -> str:
    """As we wrote it (Original-Recipient), else as it was last; "" where neither is an address."""
    return next((found for name in _WHOM if (found := whole_address(block.get(name, "")))), "")


def whole_address(written: str) -> str:
    """The address in "rfc822; <dana@example.com> (Dana)", lower case; rather "" than a part of one."""
    if len(written) > LONGEST_ADDRESS:
        return ""
    letters = clean(_UNITEXT.sub(lambda found: chr(int(found[1], 16)), written))
    value = _COMMENT.sub("", letters).rpartition(";")[2].rpartition("<")[2]
    found = _RECIPIENT.fullmatch(value.strip().removesuffix(">").rstrip("."))
    return found[0].lower() if found else ""
