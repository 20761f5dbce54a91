"""Whether somebody asks if a mail is ours, and what tells: its Message-ID, sender and links."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

from bot.domain.mail import FORWARDS, InboundMail

LONGEST: Final = 1_500  #: characters of own words; whoever writes more wants more than this
SHORT: Final = 200  #: characters of own words in which there is hardly room for another question
_LONGEST_TEXT: Final = 20_000  #: of a mail that is forwarded, as far as it is looked at
LONGEST_LINK: Final = 2_000  #: characters of a link that are read
NOWHERE: Final = "?"  #: the host of what leads to no page of the web, or nobody knows where
COUNTRY: Final = 2  #: letters of the shortest domains
_MOST: Final = 20  #: ids or senders that are read out of it


class Provenance(StrEnum):
    """What is found about a mail that somebody asks about."""

    OURS = "ours"  # our signed Message-ID, and it went to whoever asks
    NOT_OURS = "not_ours"
    UNSURE = "unsure"  # a person looks: nothing tells, or it went to somebody else


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The mail that is asked about; all of it a claim."""

    ids: tuple[str, ...]  #: its Message-ID; several, where several are shown
    senders: tuple[str, ...]  #: addresses of its From
    hosts: tuple[str, ...] = ()  #: to which its links lead
    exact: bool = True  #: the id stands in it, and not only in the forward's own header


_THIS: Final = (
    r"(?:this|that|the|it|following|attached|below|forwarded|e-?mails?|mails?|messages?|one|really|actually)"
)
_MAIL: Final = r"(?:e-?mail|mail|message)"
_DIESE: Final = (
    r"(?:dies\w*|das|die|folgende\w*|angehängte\w*|weitergeleitete\w*|untenstehende\w*|e-?mails?|mails?|"
    r"nachricht\w*|schreiben|es|sie|hier|wirklich|tatsächlich|anbei)"
)
_NACHRICHT: Final = r"(?:e-?mail|mail|nachricht|schreiben)"
_TRUE: Final = (
    r"(?:from (?:you|your (?:team|desk|company))|yours|genuine|legit(?:imate)?|real|authentic|trustworthy|"
    rf"(?:a )?(?:phishing|scam|fake|fraud|spam)(?: {_MAIL}| attempt)?)"
)
_ECHT: Final = (
    r"(?:von (?:ihnen|euch|ihrem team)|echt|seriös|legitim|authentisch|vertrauenswürdig|gefälscht|betrug|"
    rf"(?:eine? )?(?:phishing|fake|spam)(?:[- ]?{_NACHRICHT}|[- ]?versuch)?)"
)
#: what is asked ends there: "is this the real form" asks something else
_END: Final = r"(?=\s*(?:[?!.,;:)\n]|$)|,? (?:or|and|oder|und)\b)"
_SENT: Final = r"\b(?:did|have) you(?: really| actually)? (?:sen[dt]|write|written|mail)(?: me| us)?"
_DAS: Final = rf"(?:das|(?:dies\w*|die) (?:\w+te )?{_NACHRICHT})"
_GESCHICKT: Final = (
    r" (?:mir |uns )?(?:wirklich |tatsächlich )?(?:geschickt|gesendet|versendet|verschickt|geschrieben)"
)
#: questions, small and whole: in doubt a person answers
_ASKS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:is|are|was|were) (?:{_THIS} ){{1,5}}(?:(?:sent |coming )?by you|{_TRUE}){_END}",
        rf"\b(?:does|did|do) (?:{_THIS} ){{1,5}}(?:come|originate|stem) from you{_END}",
        rf"{_SENT} (?:this|that|(?:this|that|the) (?:attached )?{_MAIL})(?: to (?:me|us))?{_END}",
        rf"\b(?:looks? like|suspect|might be|could be|think (?:this|it) is) (?:a )?(?:phishing|scam){_END}",
        rf"\b(?:phishing|scam|fake)(?: {_MAIL}| attempt)?\s*\?",
        rf"\b(?:ist|sind|war|waren) (?:{_DIESE} ){{1,5}}{_ECHT}{_END}",
        rf"\b(?<!wann )(?<!wo )(?<!wie )(?:kommt|stammt|kam) (?:{_DIESE} ){{1,5}}von (?:ihnen|euch){_END}",
        rf"\b(?:haben sie|habt ihr) (?:mir |uns )?{_DAS}{_GESCHICKT}{_END}",
        r"\b(?:verdacht auf|sieht (?:aus wie|nach)|vermutlich|wohl) (?:eine? )?(?:phishing|betrug)\b",
        rf"\b(?:phishing|betrug|fake)(?:[- ]?{_NACHRICHT}|[- ]?versuch)?\s*\?",
    )
)
_PASSED_ON: Final = re.compile(
    r"^[> \t*|]{0,20}(?:-{3,}\s*)?"
    r"(?:(?:begin )?forwarded message|(?:anfang der )?weitergeleiteten? nachricht)",
    re.IGNORECASE | re.MULTILINE,
)
_BELOW: Final = re.compile(
    r"^[> \t*|]{0,20}(?:-{3,}|_{5,}|begin forwarded|anfang der weitergeleiteten"
    r"|(?:from|von|absender)\s{0,9}\*?:)",
    re.IGNORECASE | re.MULTILINE,
)
_FROM: Final = re.compile(
    r"^[> \t*|]{0,20}(?:from|von|absender)\s{0,9}\*?:[^\n@]{0,200}?"
    r"([^\s<>\"'(\[:;,]{1,64}@[^\s<>\"')\];,]{1,255})",
    re.IGNORECASE | re.MULTILINE,
)
#: named as such, or of the form of ours
_ID: Final = re.compile(
    r"message-?id\W{1,6}([^\s<>@]{1,200}@[^\s<>@]{1,200})"
    r"|(?<![\w.-])([a-z]-[0-9]{1,18}\.[a-z0-9]{1,64}\.[a-z2-7]{26}@[a-z0-9.-]{1,200})",
    re.IGNORECASE,
)
#: a link as it is written; or words with dots, of which mail programs make one where the last may be a
#: domain's. Neither is what a word joiner parts, as it does in our own mails
_LINK: Final = re.compile(
    rf"""((?:https?:(?!\u2060)|\b[a-z][a-z0-9+.-]{{1,20}}://|\bwww\.)[^\s<>"')\]]{{1,{LONGEST_LINK}}})"""
    r"|(?:(?<![\w.-])|(?<=[^\w\u2060-]\.))(?<![^\s<(]@)"  # not within a word or behind the @ of an address
    r"([\w-]+(?:\.[\w-]+){1,30})(?![\w-])(?![\w.+%-]{0,64}@)(/?)",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"(?:https?:[/\\]*|(?=www\.))([^/\\?#\s]+)", re.IGNORECASE)
#: Microsoft 365 writes every link of a mail anew, so that it is asked first (Safe Links)
_SAFE_LINKS: Final = re.compile(r"[\w.-]+\.safelinks\.protection\.outlook\.com")
#: ends of a name that is no domain: a file's
_FILE: Final = re.compile(
    r"bmp|csv|docx?|eml|gif|heic|html?|ics|jpe?g|msg|od[st]|pdf|png|pptx?|rtf|tiff?|toml|txt|vcf|xls[bmx]?|xml",
    re.IGNORECASE,
)
_FIRM: Final = re.compile(r"co\.kg(?:aa)?", re.IGNORECASE)  # "GmbH & Co.KG"
#: with a capital letter the word behind a dot begins a sentence, unless it is a country's or one of these
_DOMAIN: Final = re.compile(
    r"academy|agency|app|bank|biz|blog|business|center|chat|click|cloud|club|codes|com|company|consulting|"
    r"contact|date|dev|digital|direct|download|email|expert|express|finance|fund|global|group|guru|help|host|"
    r"info|international|life|link|live|ltd|media|mobi|money|name|net|network|news|one|online|org|page|"
    r"partners|party|pro|review|rocks|sale|save|security|services|shop|site|software|solutions|space|store|"
    r"stream|studio|support|systems|team|tech|technology|tips|today|tools|top|trade|vip|website|win|works?|"
    r"world|xyz|zone",
    re.IGNORECASE,
)


def asks_whether_ours(mail: InboundMail) -> bool:
    """Whether its own words ask, in English or German, if the mail that it shows is from us."""
    shown = find_shown(mail)
    if not (shown.ids or shown.senders):
        return False
    own = _own_words(mail)
    whole = " ".join(own.split())  # a mail program may have folded the question
    return len(own) <= LONGEST and any(_asks(text) for text in (whole, *own.split("\n"), mail.subject[:200]))


def is_forward(mail: InboundMail) -> bool:
    """Whether it passes a mail on, and does not merely quote the one that it answers."""
    marked = FORWARDS.match(mail.subject) or _PASSED_ON.search(_whole(mail))
    return bool(mail.forwarded) or marked is not None


def asks_nothing_else(mail: InboundMail) -> bool:
    """Whether its own words are no more than that question."""
    return len(_own_words(mail)) <= SHORT


def find_shown(mail: InboundMail) -> Shown:
    """The mails attached; else the one in its text; else the one that it answers, if its text shows one."""
    if mail.forwarded:
        return Shown(
            ids=_unique(one.message_id for one in mail.forwarded),
            senders=_unique(one.sender for one in mail.forwarded),
            hosts=_unique(host for one in mail.forwarded for host in one.hosts),
        )
    text, exact = _whole(mail), True
    named = _unique(f"<{(one[1] or one[2]).rstrip('.,;')}>" for one in _ID.finditer(text))
    senders = _unique(one[1].lower().rstrip(".") for one in _FROM.finditer(text))
    if not named and senders:
        named, exact = mail.thread_ids[:1], False  # a forward names what it forwards as a reply does
    below = _BELOW.search(text)
    hosts = list_hosts(text[below.start() :] if below else text)
    if len(mail.quoted_text or mail.text) > _LONGEST_TEXT:
        hosts += (NOWHERE,)  # what is not looked at may lead anywhere
    # of their own pages a signature tells
    hosts += tuple(host for host in mail.linked if not _is_of(host, mail.sender.domain))
    return Shown(ids=named[:_MOST], senders=senders[:1], hosts=hosts, exact=exact)


def judge(
    shown: Shown,
    *,
    signed: Collection[str],
    theirs: bool,
    our_senders: Collection[str],
    our_hosts: Collection[str],
    by_hand: Collection[str] = (),
) -> Provenance:
    """`signed`: those of its ids that we made; `theirs`: whether that mail went to whoever asks.

    `by_hand`: addresses of desks, from which people write too: of their mails a person says whose they are.
    """
    foreign = not set(shown.senders) <= set(our_senders)
    if not signed and shown.senders and set(shown.senders) <= set(by_hand):
        return Provenance.UNSURE
    if not signed:
        return Provenance.NOT_OURS if foreign or (shown.ids and shown.exact) else Provenance.UNSURE
    elsewhere = not set(shown.hosts) <= set(our_hosts)
    if len(shown.ids) > 1 or elsewhere or foreign or not theirs:
        return Provenance.UNSURE
    return Provenance.OURS


def _is_of(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def list_hosts(text: str) -> tuple[str, ...]:
    """The hosts of the links in a text, each once; also of those that have no scheme, as "evil.example"."""
    return _unique(
        host_of(found[1]) if found[1] else _bare_host(found[2], path=found[3])
        for found in _LINK.finditer(text)
    )


def host_of(link: str) -> str:
    """Where a link leads, lower case, without what stands before an @ or behind a colon; else NOWHERE."""
    found = _HOST.match(link)
    host = found[1].lower().rpartition("@")[2].partition(":")[0] if found else NOWHERE
    return _host_behind(link) if _SAFE_LINKS.fullmatch(host) else host


def _host_behind(link: str) -> str:
    """Where Safe Links leads on to; NOWHERE unless it names one link, and no more can follow."""
    query = link.partition("?")[2].partition("#")[0]
    named = [value for name, value in parse_qsl(query) if name.lower() == "url"]
    return host_of(named[0]) if len(named) == 1 and len(link) < LONGEST_LINK else NOWHERE


def _bare_host(word: str, *, path: str) -> str:
    """The domain that it is or begins with; "" for a file, an abbreviation, or a sentence after another."""
    labels = word.strip("_-").split(".")
    while len(labels) > 1 and not _may_end_domain(labels[-1]):
        labels.pop()
    host, last = ".".join(labels), labels[-1]
    if len(labels) == 1 or _FIRM.fullmatch(host) or (_FILE.fullmatch(last) and not path):
        return ""
    begins_sentence = last.istitle() and len(last) > COUNTRY and not _DOMAIN.fullmatch(last)
    return "" if begins_sentence and not path else host.lower()


def _may_end_domain(label: str) -> bool:
    return (label.isalpha() and len(label) >= COUNTRY) or label.lower().startswith("xn--")


def _whole(mail: InboundMail) -> str:
    return (mail.quoted_text or mail.text)[:_LONGEST_TEXT]


def _own_words(mail: InboundMail) -> str:
    text = _whole(mail)
    below = _BELOW.search(text)
    return (text[: below.start()] if below else text).strip()


def _asks(text: str) -> bool:
    return any(pattern.search(text) for pattern in _ASKS)


def _unique(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(found) if one)
