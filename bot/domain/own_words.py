"""What the sender wrote: a mail's text without the mails below it, signatures, footers and banners.

Our own rules, in linear time, instead of mail-parser-reply: that one hangs on hostile text, takes a list of
questions ("- …") or "Thanks, that worked. But …" for a signature, and misses several German mail programs.
"""

import re
from collections.abc import Sequence

LONGEST_TEXT = 100_000
LONGEST_LINE = 2_000

_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|wtr|weitergeleitet)\s*:", re.IGNORECASE)
_FORWARDED = re.compile(
    r"[>\s]*(?:-{3,}\s*(?:forwarded message|weitergeleitete nachricht|forwarded by .{1,80}"
    r"|weitergeleitet von .{1,80})"
    r"\s*-{3,}.{0,80}|begin forwarded message:|anfang der weitergeleiteten (?:nachricht|e-?mail):)\s*",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[>\s]*[-_]{3,}\s*(?:original[- ]?(?:message|nachricht|mail|e-mail)|urspr(?:ü"
    r"|ue)ngliche (?:nachricht|e-?mail|mail)"
    r"|reply message|antwort)\s*[-_]{3,}\s*",
    re.IGNORECASE,
)
_WROTE = re.compile(r"\b(?:wrote|writes|schrieb|schreibt)\b.{0,200}:$", re.IGNORECASE)
_WROTE_START = re.compile(r"[>\s]*(?:on|am)\s", re.IGNORECASE)
_DATED = re.compile(r"\d{1,4}[./:-]\d{1,2}|\b(?:19|20)\d\d\b")
_LABEL = re.compile(
    r"[>\s*_|]*(?:(?P<who>from|von|absender)|(?P<when>sent|date|gesendet(?: am)?|datum)"
    r"|(?P<what>to|an|cc|kopie|subject|betreff|bcc|reply-to|antwort an|importance|priorit[äa]t))\s*\*?\s*:",
    re.IGNORECASE,
)
_RULE = re.compile(r"[>\s]*[_-]{10,}\s*")
_BANNER = re.compile(
    r"\W*(?:(?:caution|warning|attention|achtung|vorsicht|warnung|hinweis)\W+)?(?:\[?extern(?:al"
    r"|e)?(?: (?:e-?mail|sender))?\]?\W*"
    r"|(?:this (?:e-?mail|message) (?:originated|came|was sent) from (?:an )?(?:outside|external)"
    r"|(?:diese (?:e-?mail|nachricht)) (?:stammt|kommt|wurde) von (?:einem externen|außerhalb"
    r"|ausserhalb)).*)",
    re.IGNORECASE,
)


def own_words(text: str, subject: str = "") -> str:
    """Strip the quoted mails and the signature; a forwarded mail stays, since it holds the message."""
    lines = [line[:LONGEST_LINE].rstrip() for line in text[:LONGEST_TEXT].split("\n")]
    forward = _FORWARD_SUBJECT.match(subject) is not None
    kept, below = _split(_without_banner(lines), forward=forward)
    said = _joined(without_signature(kept))
    passed_on = _joined([_unquoted(line) for line in below])
    if forward and not said and not passed_on:
        return _joined([_unquoted(line) for line in lines])
    return f"{said}\n\n{passed_on}".strip()


def without_quotes(text: str, subject: str = "") -> str:
    """Leave out the mail that is answered, and nothing else; a forward is kept whole."""
    if _FORWARD_SUBJECT.match(subject):
        return text
    kept, below = _split([line[:LONGEST_LINE] for line in text.split("\n")], forward=False)
    return "\n".join([*kept, *below])


def _split(lines: Sequence[str], *, forward: bool) -> tuple[list[str], list[str]]:
    """Part the sender's lines from a forwarded mail's; the mail that is answered falls away."""
    kept: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if _FORWARDED.fullmatch(line):
            return kept, list(lines[position:])
        if _ORIGINAL.fullmatch(line) or _begins_header_block(lines, position):
            while kept and (not kept[-1] or _RULE.fullmatch(kept[-1])):
                kept.pop()
            return kept, list(lines[position:]) if forward else []
        introduced = _introduction(lines, position)
        if introduced:
            position += introduced
            if not _quote_follows(lines, position):
                return kept, []
        else:
            if not line.lstrip().startswith(">"):
                kept.append(line)
            position += 1
    return kept, []


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
            return count
    return 0


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
    first = _LABEL.match(lines[position])
    if not first or not first["who"]:
        return False
    seen: set[str] = set()
    for line in lines[position + 1 : position + 9]:
        label = _LABEL.match(line)
        if label:
            seen.add(label.lastgroup or "")
    return {"when", "what"} <= seen


def _without_banner(lines: list[str]) -> list[str]:
    """Drop the gateway's warning on top: the sender did not write it."""
    for position, line in enumerate(lines[:6]):
        if line.strip():
            return lines[position + 1 :] if _BANNER.fullmatch(line.strip()) else lines
    return lines


def _unquoted(line: str) -> str:
    return re.sub(r"^\s*> ?", "", line)


def _joined(lines: Sequence[str]) -> str:
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
_CLOSING = re.compile(
    rf"\s*(?:{_STRONG}(?:\s*/\s*{_STRONG})?(?:(?:\s*[,!.;]+\s*|\s+){_CAPITALISED})?"
    rf"|{_WEAK}(?:\s*[,!.;]+\s*{_CAPITALISED})?)\s*[,.!;]*\s*",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?s\.?|nb)\s*[:.)]?\s", re.IGNORECASE)
LONGEST_SIGNATURE = 15


def without_signature(lines: list[str]) -> list[str]:
    """Cut the signature off the end; a text of nothing but a closing stays, and so does a postscript."""
    lines = _before_delimiter(lines)
    lines = [line for line in lines if not _MOBILE.fullmatch(line)]
    footer = next((n for n, line in enumerate(lines) if n and _FOOTER.match(line)), len(lines))
    lines = lines[:footer]
    filled = [n for n, line in enumerate(lines) if line.strip()]
    for position in filled[1:]:
        if _CLOSING.fullmatch(lines[position]) and _is_signature(lines[position + 1 :]):
            return lines[:position] + _postscript(lines[position + 1 :])
    return lines


def _before_delimiter(lines: list[str]) -> list[str]:
    for position, line in enumerate(lines):
        if _DELIMITER.fullmatch(line.strip()):
            below = [one for one in lines[position + 1 :] if one.strip()]
            if len(below) <= LONGEST_SIGNATURE:
                return lines[:position]
    return lines


def _is_signature(below: list[str]) -> bool:
    filled = [line for line in _before_postscript(below) if line.strip()]
    return len(filled) <= LONGEST_SIGNATURE and not any(_is_prose(line) for line in filled)


def _is_prose(line: str) -> bool:
    """Tell a sentence from the lines of a business card."""
    line = line.strip()
    return line.endswith("?") or (len(line.split()) > 6 and line.endswith((".", "!", ":")))  # noqa: PLR2004


def _before_postscript(lines: list[str]) -> list[str]:
    start = next((n for n, line in enumerate(lines) if _POSTSCRIPT.match(line)), len(lines))
    return lines[:start]


def _postscript(lines: list[str]) -> list[str]:
    rest = lines[len(_before_postscript(lines)) :]
    return ["", *rest] if rest else []
