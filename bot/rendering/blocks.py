"""The few pieces of Block Kit we use, each within Slack's limits; text must be safe before it comes here."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bot.rendering import quoting
from bot.rendering.words import Words

Block = dict[str, Any]

MOST_TEXT = 2_900  # of 3,000
#: of all texts of a message together, of which Slack documents no limit but refuses more than about 11,000
MOST_CARD = 10_000
_LEVELS = (1_500, 1_000, 700, 500, 300, 200, 100)
_PIECE = 500  # signs, of which each may need five


@dataclass(frozen=True, kw_only=True)
class Card:
    """`text` is for notifications and screen readers; `blocks` is what is seen, cut to what Slack takes."""

    text: str
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", fitted(self.blocks))


def fitted(shown: list[Block]) -> list[Block]:
    """The blocks with their longest texts cut, so far as the whole is too long for one message."""
    lengths = [quoting.units(one["text"]) for one in _texts(shown)]
    if sum(lengths) <= MOST_CARD:
        return shown
    level = next((at for at in _LEVELS if sum(min(one, at) for one in lengths) <= MOST_CARD), _LEVELS[-1])
    kept = copy.deepcopy(shown)
    for one in _texts(kept):
        one["text"] = quoting.cut(one["text"], level)
    return kept


def _texts(part: object) -> Iterator[Block]:
    if isinstance(part, list):
        for one in part:
            yield from _texts(one)
    elif isinstance(part, dict) and isinstance(part.get("text"), str):
        yield part
    elif isinstance(part, dict):
        for one in part.values():
            yield from _texts(one)


def safe(text: str, limit: int = 200) -> str:
    """A stranger's text on one line of mrkdwn, where it formats nothing and pings nobody."""
    return quoting.mrkdwn(quoting.one_line(text, limit), limit * 2)


def header(text: str) -> Block:
    """The only block that cannot hold mrkdwn; takes raw text."""
    return {"type": "header", "text": plain(quoting.slack(text, 150))}


def plain(text: str) -> Block:
    """What buttons, titles, labels and options hold; takes raw text within their limits."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    # verbatim: Slack makes no links, channels or mentions of what merely looks like them
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text)}


def quote(text: str, *, empty: str) -> Block:
    """Somebody's words as they wrote them, over several lines and without any formatting."""
    return {"type": "section", "text": plain(quoting.slack(quoting.lines(text).strip() or empty, MOST_TEXT))}


def quotes(text: str) -> list[Block]:
    """All of somebody's words without any formatting, over as many sections as they need."""
    pieces = [""]
    for line in quoting.lines(text).strip().splitlines(keepends=True):
        for start in range(0, len(line), _PIECE):
            piece = line[start : start + _PIECE]
            if quoting.units(quoting.slack(pieces[-1] + piece, MOST_TEXT * 6)) > MOST_TEXT:
                pieces.append("")
            pieces[-1] += piece
    return [quote(piece, empty="…") for piece in pieces if piece.strip()]


def fields(texts: Sequence[str]) -> Block:
    return {"type": "section", "fields": [mrkdwn(text) for text in texts[:10]]}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def button(text: str, *, action: str, value: str, style: str = "") -> Block:
    made: Block = {"type": "button", "action_id": action, "text": plain(text), "value": value}
    return made | {"style": style} if style else made


def asked_first(title: str, text: str, *, yes: str, words: Words) -> Block:
    """What Slack asks before a click on a button counts; what keeps out of it only closes it."""
    asked = {"title": title, "text": text, "confirm": yes, "deny": words.say("modal.close")}
    return {"confirm": {name: plain(said) for name, said in asked.items()}}


def actions(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def listing(heading: str, lines: Iterable[str], words: Words, *, shown: int, of: int) -> Block:
    """A heading and the first lines below it, of which there are `of`; how many more there are is said.

    Only lines that are shown are asked for: there may be thousands.
    """
    kept: list[str] = []
    room = MOST_TEXT - len(heading) - 40
    for line in islice(lines, shown):
        room -= quoting.units(line) + 1
        if room < 0:
            break
        kept.append(line)
    rest = of - len(kept)
    more = [words.say("card.more", number=rest)] if rest else []
    return section("\n".join([heading, *kept, *more]))
