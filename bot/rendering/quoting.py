"""Strangers' text, made harmless before it enters a sentence, a mail or a card."""

import itertools
import re
import string
import unicodedata

#: marks that reorder what follows them, on the page as in the eye
_BIDI = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_UNSEEN = frozenset({"Cc", "Cs", "Co"})
_ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in string.punctuation}
#: a word joiner keeps mail programs from making links of their own, of bare names too: where a dot is one
_LINKLIKE = re.compile(r"(?<=:)(?=//)|(?<=\w)(?=\.[^\W\d_]{2})")
_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"\W*[\w.+%'-]+@[\w.-]+\W*")  # a mail to somebody is no trap, and is copied
_BEYOND_EUROPE = re.compile("[\u0590-\U0010ffff]")  # before these nothing is written from right to left
_SPACE = re.compile(r"[^\S\u00a0]+")
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
#: signs with which mrkdwn begins bold, code and strike-through, and their harmless twins
_MRKDWN = str.maketrans({"*": "\u2217", "`": "\u02cb", "~": "\u223c"})
_UNDERLINE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_BROKEN = re.compile(r"(&[a-z]*|<[^>]*)$")
_EMOJI_CODE = re.compile(r":(?=[\w+-]+:)")


def lines(text: str) -> str:
    """Text of several lines without control and private characters, lone surrogates, reordering marks."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").translate(_BIDI)
    if kept.replace("\n", "").isprintable():
        return kept  # what nearly all text is, quickly
    return "".join(sign for sign in kept if sign == "\n" or unicodedata.category(sign) not in _UNSEEN)


def one_line(text: str, limit: int = 200) -> str:
    """The same on one line, cut to `limit`; right-to-left text is isolated so that it moves nothing else."""
    if len(text) <= limit and text.isprintable() and "  " not in text and not _BEYOND_EUROPE.search(text):
        return text.strip()  # what nearly all text is, quickly
    kept = shortened(_SPACE.sub(" ", lines(_SPACE.sub(" ", text))).strip(), limit)
    if any(unicodedata.bidirectional(sign) in {"R", "AL", "AN"} for sign in kept):
        return f"\u2068{kept}\u2069"
    return kept


def shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip("\u200d\ufe0f ") + "…"


def unlinked(text: str) -> str:
    """Text of which a mail program makes no link of its own."""
    if ("." not in text and "//" not in text) or _ADDRESS.fullmatch(text):
        return text  # what nearly all text is, quickly
    return _WORD.sub(lambda found: _joined(found[0]), text)


def _joined(word: str) -> str:
    return word if _ADDRESS.fullmatch(word) else _LINKLIKE.sub("\u2060", word)


def markdown(text: str) -> str:
    """Text that stays text in Markdown: an entity is never a heading, a link, a table or HTML."""
    return text.translate(_ENTITIES)


def check_url(url: str) -> str:
    """An address of ours that may be the target of a link."""
    if not re.fullmatch(r"https?://[!-~]+", url):
        raise ValueError("a link in a mail must be an http address of printable ASCII")
    return url


def units(text: str) -> int:
    """The length as Slack counts it, in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int) -> str:
    """Text that is safe for Slack already, cut behind a line, or at least in no entity and no mention."""
    if units(text) <= most:
        return text
    ends = itertools.accumulate(map(units, text))
    kept = text[: sum(end < most for end in ends)]
    whole, _, rest = kept.rpartition("\n")
    if not whole or len(rest) > len(whole):
        return _BROKEN.sub("", kept).rstrip("\u200d\ufe0f ") + "…"
    return f"{whole}\n…" if units(whole) + 2 <= most else f"{whole}…"


def slack(text: str, limit: int = 3000) -> str:
    """Text that stays text in Slack, cut so that its escaped form keeps within `limit`."""
    begun = text[: limit + 1]
    whole = begun.translate(_SLACK)
    if units(whole) <= limit:
        return whole
    pieces = [sign.translate(_SLACK) for sign in begun]
    room = limit - 1
    for kept, piece in enumerate(pieces):
        room -= units(piece)
        if room < 0:
            return "".join(pieces[:kept]).rstrip("\u200d\ufe0f ") + "…"
    raise AssertionError("unreachable: the pieces were longer than the limit")


def mrkdwn(text: str, limit: int = 3000) -> str:
    """The same for mrkdwn, where asterisks, backticks, tildes and outer underscores would format."""
    plain = _UNDERLINE.sub(lambda run: "\uff3f" * len(run[0]), text.translate(_MRKDWN))
    return slack(_EMOJI_CODE.sub(":\u2060", plain), limit)
