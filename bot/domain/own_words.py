"""What the sender wrote: a mail's text without the mails below it, signatures, footers and banners.

Our own rules, in linear time, instead of mail-parser-reply: that one hangs on hostile text, takes a list of
questions ("- …") or "Thanks, that worked. But …" for a signature, and misses several German mail programs.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.mail import ANSWERED, FORWARDS
from bot.domain.thanks import is_polite, is_thanks

LONGEST_TEXT = 100_000
LONGEST_LINE = 2_000

_FORWARDED = re.compile(
    r"[>\s]*(?:-{3,}\s*(?:forwarded message|weitergeleitete nachricht|forwarded by .{1,80}"
    r"|weitergeleitet von .{1,80})"
    r"\s*-{3,}.{0,80}|begin forwarded message:|anfang der weitergeleiteten (?:nachricht|e-?mail):)\s*",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[>\s]*[-_]{3,}\s*(?:original[- ]?(?:message|nachricht|mail|e-mail)|urspr(?:ü"
    r"|ue)ngliche (?:nachricht|e-?mail|mail)"
    r"|reply message|antwort)\s*[-_]{3,}\s*"
    r"|[>\s]*-{3,}+.{0,200}\b(?:wrote|schrieb)\s?:?\s?-{3,}\s*",  # Notes
    re.IGNORECASE,
)
_WROTE = re.compile(r"\b(?:wrote|writes|schrieb|schreibt)\b.{0,200}:$", re.IGNORECASE)
_WROTE_START = re.compile(r"[>\s]*(?:on|am)\s", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:wrote|writes|schrieb|schreibt) (?:to |an )?(?:me|us|you|him|her|them|this|that|the following"
    r"|mir|uns|ihnen|euch|ihm|ihr|er|sie|man)\b|\b(?:dazu|folgendes|the following)\s*:$",
    re.IGNORECASE,
)
_BY_SOMEBODY = re.compile(r"\b(?:schrieb|schreibt) (?:der|die|das|ein|eine|mein|meine|unser|unsere)\b")
_TIME = re.compile(r"\b\d{1,2}(?::\d{2}|\.\d{2} Uhr)\b", re.IGNORECASE)
_DATED = re.compile(r"\d{1,4}[./:-]\d{1,2}|\b(?:19|20)\d\d\b")
_LABEL = re.compile(
    r"[>\s*_|]*(?:(?P<who>from|von|absender)|(?P<when>sent|date|gesendet(?: am)?|datum)"
    r"|(?P<what>to|an|cc|kopie|subject|betreff|bcc|reply-to|antwort an|importance|priorit[äa]t))\s*\*?\s*:",
    re.IGNORECASE,
)
_NOTES_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s\d{1,2}:\d{2}.{0,20}")
_RULE = re.compile(r"[>\s]*[_-]{10,}\s*")
_BANNER = re.compile(
    r"\W*(?:(?:caution|warning|attention|achtung|vorsicht|warnung|hinweis)\W+)?(?:\[?extern(?:al"
    r"|e)?(?: (?:e-?mail|sender))?\]?\W*"
    r"|(?:this (?:e-?mail|message) (?:originated|came|was sent) from (?:an )?(?:outside|external)"
    r"|(?:diese (?:e-?mail|nachricht)) (?:stammt|kommt|wurde) von (?:einem externen|außerhalb"
    r"|ausserhalb)).*)",
    re.IGNORECASE,
)


class Parted(NamedTuple):
    """A mail's lines: the sender's, and those of the mail below, which they answer or pass on."""

    kept: list[str]
    below: list[str]  #: where it is answered and every line of it has its ">", none
    passed_on: bool


def own_words(text: str, subject: str = "", *, fresh: bool = False) -> str:
    """Strip the mail that is answered and the signature; a mail that is passed on holds the message.

    `fresh`: it answers none, so that its sender pasted what has a ">" and nothing like "On … wrote:" above.
    Where that leaves nothing, or a greeting, all of it stays: what has no ">" may be the sender's words, and
    to show too much costs less than to lose them.
    """
    lines = _lines(text)
    parted = _split(_without_banner(lines), forward=_passes_on(subject), fresh=fresh)
    said = joined(without_signature(parted.kept))
    passed_on = joined([_unquoted(line) for line in parted.below]) if parted.passed_on else ""
    below = not parted.passed_on and any(map(_is_unmarked, parted.below))
    if passed_on or (said and not (below and _only_greets(said))):
        return f"{said}\n\n{passed_on}".strip()
    if FORWARDS.match(subject):
        return joined([_unquoted(line) for line in lines])
    return joined(lines) if below else ""


def _only_greets(said: str) -> bool:
    return is_polite(said) and not is_thanks(said)


def part(text: str, subject: str) -> Parted:
    """Part the sender's lines from those of the mail below, which is passed on only where that is said."""
    lines = _lines(text)
    return _split(_without_banner(lines), forward=FORWARDS.match(subject) is not None)


def length_of_head(lines: Sequence[str], position: int) -> int:
    """How many lines introduce the unmarked mail that begins there; 0 where none does."""
    if introduced := _introduction(lines, position):
        return introduced
    if _ORIGINAL.fullmatch(lines[position]):
        following = next((n for n in range(position + 1, len(lines)) if lines[n].strip()), position + 1)
        return following - position + _labelled(lines, following)
    if _begins_header_block(lines, position):
        return _labelled(lines, position)
    if _begins_notes_block(lines, position):
        named = next(n for n in range(position, len(lines)) if _notes_label(lines[n].strip()) == "subject")
        return next((n for n in range(named + 1, len(lines)) if lines[n].strip()), named) + 1 - position
    return 0


def _labelled(lines: Sequence[str], position: int) -> int:
    """The lines up to the last "Subject: …" of a block, which ends with an empty one."""
    block = lines[position : position + 12]
    ends = next((n for n, line in enumerate(block) if not line.strip()), len(block))
    return max((n + 1 for n in range(ends) if _LABEL.match(block[n])), default=0)


def without_quotes(text: str, subject: str = "") -> str:
    """Leave out the mail that is answered, and nothing else; a forward is kept whole."""
    if FORWARDS.match(subject):
        return text
    parted = _split([line[:LONGEST_LINE] for line in text.split("\n")], forward=False)
    return "\n".join([*parted.kept, *(parted.below if parted.passed_on else [])])


def _lines(text: str) -> list[str]:
    """A paragraph of more than LONGEST_LINE goes on in the next line."""
    lines: list[str] = []
    for line in text[:LONGEST_TEXT].split("\n"):
        while len(line) > LONGEST_LINE:
            ends = line.rfind(" ", 1, LONGEST_LINE) + 1 or LONGEST_LINE
            lines.append(line[:ends].rstrip())
            line = line[ends:]  # noqa: PLW2901 - what is left of it
        lines.append(line.rstrip())
    return lines


def _passes_on(subject: str) -> bool:
    """Whether a mail with that subject passes on what stands below it; a program that answers says so."""
    return FORWARDS.match(subject) is not None or bool(subject.strip() and not ANSWERED.match(subject))


def _split(lines: Sequence[str], *, forward: bool, fresh: bool = False) -> Parted:
    """Part the sender's lines from those of the mail below."""
    kept: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if _FORWARDED.fullmatch(line):
            return Parted(kept, list(lines[position:]), passed_on=True)
        if _begins_quote(lines, position):
            while kept and (not kept[-1] or _RULE.fullmatch(kept[-1])):
                kept.pop()
            return Parted(kept, list(lines[position:]), passed_on=forward)
        introduced = _introduction(lines, position)
        if introduced:
            if not _quote_follows(lines, position + introduced):
                return Parted(kept, list(lines[position:]), passed_on=forward)
            position, fresh = position + introduced, False
        else:
            if fresh or not line.lstrip().startswith(">"):
                kept.append(line)
            position += 1
    return Parted(kept, [], passed_on=False)


def _begins_quote(lines: Sequence[str], position: int) -> bool:
    """Whether a mail begins there that no ">" marks."""
    if _ORIGINAL.fullmatch(lines[position]):
        return True
    return _begins_header_block(lines, position) or _begins_notes_block(lines, position)


def _is_unmarked(line: str) -> bool:
    """Whether a line of the mail below is more than a mark of where it begins."""
    said = line.strip()
    mark = said.startswith(">") or _RULE.fullmatch(said) or _ORIGINAL.fullmatch(said) or _LABEL.match(said)
    return bool(said) and not mark


def _introduction(lines: Sequence[str], position: int) -> int:
    """Return how many lines "On …, … wrote:" takes here; 0 where there is none. Programs wrap it."""
    starts = _WROTE_START.match(lines[position]) is not None
    joined = ""
    for count, line in enumerate(lines[position : position + (4 if starts else 2)], start=1):
        if not line.strip(" >"):
            return 0
        joined = f"{joined} {line[:300]}"
        if not joined.endswith(":"):
            continue
        if _WROTE.search(joined) and (_DATED.search(joined) if starts else _is_dated_by_name(joined)):
            marked = _quote_follows(lines, position + count)
            return count if marked or _is_a_program_s(joined) else 0
    return 0


def _is_a_program_s(joined: str) -> bool:
    """Tell a mail program's line from a person's "On 1 March your system wrote to me:"."""
    if _TOLD.search(joined):
        return False
    return "@" in joined or (_TIME.search(joined) is not None and not _BY_SOMEBODY.search(joined))


def _is_dated_by_name(joined: str) -> bool:
    """Tell "Anna <anna@example.org> schrieb am 02.09.2024:" from a sentence that ends in "wrote:"."""
    said = _WROTE.search(joined)
    dated = _DATED.search(joined) is not None
    return dated and ("@" in joined or bool(said and re.match(r"\w+ (?:on|am) ", said[0])))


def _quote_follows(lines: Sequence[str], position: int) -> bool:
    following = next((line for line in lines[position : position + 5] if line.strip()), "")
    return following.lstrip().startswith(">")


def _begins_header_block(lines: Sequence[str], position: int) -> bool:
    """Recognise Outlook's "From: … Sent: … To: … Subject: …", which has no other mark."""
    first = _label(lines[position])
    if first is None:  # as nearly every line of a mail
        return False
    others = [_label(line) for line in lines[position + 1 : position + 9]]
    if first == "who":
        return {"when", "what"} <= set(others)
    # GMX, WEB.DE: when it was sent stands on top.
    return first == "when" and others[:1] == ["who"] and "@" in lines[position + 1] and "what" in others


def _label(line: str) -> str | None:
    found = _LABEL.match(line)
    return found.lastgroup if found else None


def _begins_notes_block(lines: Sequence[str], position: int) -> bool:
    """Recognise old Notes: who and when, each on a line, then "To" and "Subject", alone on theirs."""
    if "@" not in lines[position]:
        return False
    _, when, *others = [line.strip() for line in lines[position : position + 14]] + [""] * 2
    dated = _NOTES_DATE.fullmatch(when) or (not when and _NOTES_DATE.fullmatch(others[0]))
    return bool(dated) and {"to", "subject"} <= set(map(_notes_label, others))


def _notes_label(line: str) -> str:
    return {"an": "to", "to": "to", "thema": "subject", "subject": "subject"}.get(line.lower(), "")


def _without_banner(lines: list[str]) -> list[str]:
    """Drop the gateway's warning on top: the sender did not write it."""
    for position, line in enumerate(lines[:6]):
        if line.strip():
            return lines[position + 1 :] if _BANNER.fullmatch(line.strip()) else lines
    return lines


def _unquoted(line: str) -> str:
    return re.sub(r"^\s*> ?", "", line)


def joined(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_DELIMITER = re.compile(r"--|—|__")
_MOBILE = re.compile(
    r"\W*(?:sent (?:from|with|via|by) (?:my |mail for |yahoo|outlook|proton|samsung|the ).{0,80}"
    r"|get outlook for .{1,60}"
    r"|von mein(?:em|er) .{1,60} gesendet|gesendet (?:von|mit|über|aus) .{1,80}|von (?:outlook|yahoo"
    r"|samsung).{0,60} gesendet"
    r"|outlook f(?:ü|ue)r (?:ios|android|mac).{0,80}|holen sie sich outlook .{1,60}"
    r"|diese nachricht wurde von mein.{1,60} gesendet.{0,20})",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"\W*(?:confidentiality notice|disclaimer\b|this (?:e-?mail|message)(?: and any| \(?including"
    r"| is intended| may contain"
    r"| contains| transmission)|the information (?:contained )?in this (?:e-?mail|message)"
    r"|diese (?:e-?mail|nachricht)"
    r"(?: und| enth(?:ä|ae)lt| ist (?:ausschlie|vertraulich|nur))|der inhalt dieser (?:e-?mail"
    r"|nachricht)|vertraulichkeitshinweis"
    r"|please consider the environment|bitte (?:denken|prüfen) sie.{0,40}(?:umwelt|ausdruck))",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\b(?:confidential|privileged|disclaimer|vertraulich|unbefugt|rechtlich gesch(?:ü|ue)tzt"
    r"|consider the environment|an die umwelt|ausdruck)",
    re.IGNORECASE,
)
#: two of these say as much
_RATHER_LEGAL = re.compile(
    r"\b(?:intended|recipient|addressee|liable|disclos|copy|delete|virus|bestimmt|empf(?:ä|ae)nger|adressat"
    r"|haft|umwelt|gesch(?:ü|ue)tzt|l(?:ö|oe)sch|vernicht|irrt(?:ü|ue)mlich)",
    re.IGNORECASE,
)
_GREETING = r"gr(?:ü|ue)(?:ß|ss|s)e?n?"
_CAPITALISED = r"(?-i:[A-ZÄÖÜ][\w.'-]*)(?:\s+(?-i:[A-ZÄÖÜ][\w.'-]*)){0,3}"
#: what hardly ever is anything but a closing, even with a name right behind it
_STRONG = (
    r"(?:(?:with )?(?:(?:the |my )?(?:best|kind|kindest|warm|warmest|many) )?(?:regards|wishes)|rgds"
    r"|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?"
    rf"|(?:mit )?(?:(?:ganz )?\w{{4,14}}e[nm]?(?: und \w{{4,14}}e[nm]?)? )?(?:{_GREETING}|gru(?:ß|ss))"
    r"(?: (?:aus|vom|von|nach) .{2,30})?|mfg|lg|vg|hochachtungsvoll)"
)
#: what may begin a sentence too: only alone on its line, or with a comma before the name
_WEAK = (
    r"(?:all the best|best|cheers|br|thx|(?:many )?thanks(?: a lot| again| in advance| and (?:best"
    r"|kind) regards)?"
    r"|thank you(?: very much| in advance| and (?:best|kind) regards)?"
    r"|(?:danke|(?:vielen|besten|herzlichen) dank)(?: im voraus| vorab| schon ?mal| euch| ihnen)?"
    rf"(?: und (?:mit )?(?:\w{{4,14}} )?(?:{_GREETING}|gru(?:ß|ss)))?)"
)
_ENDS = rf"{_STRONG}(?:\s*/\s*{_STRONG})?(?:(?:\s*[,!.;]+\s*|\s+){_CAPITALISED})?"
_CLOSING = re.compile(rf"\s*(?:{_ENDS}|{_WEAK}(?:\s*[,!.;]+\s*{_CAPITALISED})?)\s*[,.!;]*\s*", re.IGNORECASE)
_SURE_CLOSING = re.compile(rf"\s*{_ENDS}\s*[,.!;]*\s*", re.IGNORECASE)
_POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?s\.?|nb)\s*[:.)]?\s", re.IGNORECASE)
LONGEST_SIGNATURE = 15
#: two of these make a sentence, where no full stop says so
_SPOKEN = re.compile(
    r"\b(?:i|my|me|we|our|you|is|are|was|has|have|need|can|cannot|could|please|also|not|but"
    r"|ich|mein|meine|mir|mich|wir|unser|unsere|ist|sind|war|hat|habe|haben|brauche|brauchen|kann|k(?:ö"
    r"|oe)nnen|bitte|auch|au(?:ß|ss)erdem|noch|nicht|kein|keine|aber)\b",
    re.IGNORECASE,
)


def without_signature(lines: list[str]) -> list[str]:
    """Cut the signature off the end; a text of nothing but a closing stays, and so does a postscript."""
    lines = _before_delimiter(lines)
    lines = [line for line in lines if not _MOBILE.fullmatch(line)]
    footer = next((n for n in range(1, len(lines)) if _begins_footer(lines, n)), len(lines))
    lines = lines[:footer]
    closing = _find_closing(lines)
    return lines if closing is None else lines[:closing] + _postscript(lines[closing + 1 :])


def is_closing(line: str) -> bool:
    """Whether a signature begins behind that line, wherever it stands; thanks may begin a mail."""
    return _SURE_CLOSING.fullmatch(line[:LONGEST_LINE]) is not None


def _begins_footer(lines: list[str], position: int) -> bool:
    """Tell "This message contains confidential …" from "This message contains two questions:"."""
    line = lines[position]
    if not _FOOTER.match(line) or line.endswith(("?", ":")):
        return False
    said = " ".join(lines[position : position + 4])
    rather = {word.lower() for word in _RATHER_LEGAL.findall(said)}
    return _LEGAL.search(said) is not None or len(rather) > 1


# Both of these go through the lines once, from the end: a mail may consist of nothing but closings.


def _before_delimiter(lines: list[str]) -> list[str]:
    """Up to the first delimiter below which no more lines than a signature's stand."""
    below, ends = 0, len(lines)
    for position in range(len(lines) - 1, -1, -1):
        line = lines[position].strip()
        if _DELIMITER.fullmatch(line):
            ends = position
        below += bool(line)
        if below > LONGEST_SIGNATURE:
            break
    return lines[:ends]


def _find_closing(lines: list[str]) -> int | None:
    """The first closing, not on top, below which a signature stands up to a postscript or the end."""
    top = next((n for n, line in enumerate(lines) if line.strip()), 0)
    found, below, prose = None, 0, False
    for position in range(len(lines) - 1, top, -1):
        line = lines[position]
        if below <= LONGEST_SIGNATURE and not prose and _CLOSING.fullmatch(line):
            found = position
        if _POSTSCRIPT.match(line):
            below, prose = 0, False
        elif line.strip():
            below, prose = below + 1, prose or _is_prose(line)
    return found


def _is_prose(line: str) -> bool:
    """Tell a sentence from the lines of a business card."""
    line = line.strip()
    if line.endswith("?") or (len(line.split()) > 6 and line.endswith((".", "!", ":"))):  # noqa: PLR2004
        return True
    return len({word.lower() for word in _SPOKEN.findall(line)}) > 1


def _before_postscript(lines: list[str]) -> list[str]:
    start = next((n for n, line in enumerate(lines) if _POSTSCRIPT.match(line)), len(lines))
    return lines[:start]


def _postscript(lines: list[str]) -> list[str]:
    rest = lines[len(_before_postscript(lines)) :]
    return ["", *rest] if rest else []
