"""What makes a question one that is read before the others, by its own words in English and German."""

import re

from bot.domain.conversations import Mark

LONGEST = 20_000  #: characters that are looked at

_SECURITY = (
    r"hack\w*|gehackt\w*|phish\w*|stolen|gestohlen\w*|geklaut\w*|data breach|breached|compromised",
    r"kompromittiert\w*|malware|ransomware|trojan\w*|unauthori[sz]ed (?:access|login|sign-in)|unbefugt\w*",
    r"suspicious|verdächtig\w*|datenleck|datenpanne|sicherheitsvorfall|security incident|sicherheitslücke",
    r"(?:somebody|someone) (?:else )?(?:has )?(?:logged|signed) (?:in|on)|vulnerability",
    r"jemand (?:anderes )?hat sich \w*|war(?:en)? (?:ich|wir) nicht|nicht von (?:mir|uns) angefordert",
    r"(?:this|that|it) was(?: not|n't) (?:me|us)|never (?:asked for|requested) (?:it|this|that)",
    r"did(?: not|n't) request",
)
_LEGAL = (
    r"lawyers?|attorneys?|solicitors?|lawsuits?|sue you|suing|held liable|haftbar|klage|verklag\w*",
    r"legal (?:action|steps|department|proceedings|counsel)|(?:rechts)?anw[aä]lt\w*|anwaltlich\w*",
    r"vor gericht|gerichtlich\w*|rechtliche\w* schritte?\w*|rechtsabteilung|strafanzeige|abmahn\w*",
    r"schadens?ersatz\w*|datenschutzbehörde|aufsichtsbehörde|data protection authority",
    r"supervisory authority|art(?:icle|ikel|\.)? ?(?:15|17) (?:gdpr|dsgvo)",
)
_UPSET = (
    r"unacceptable|inakzeptabel|nicht hinnehmbar|outrag\w*|furious|frechheit|unverschämt\w*|zumutung",
    r"katastrophe|disgrace\w*|ridiculous|lächerlich|fed up|sick of|sick and tired|stinksauer",
    r"(?:i am|i'm|bin) (?:very |so |really |echt |sehr )?(?:angry|upset|annoyed|disappointed)",
    r"bin (?:echt |sehr |wirklich )?(?:sauer|wütend|verärgert|enttäuscht)|schon wieder",
    r"(?:third|fourth|fifth|hundredth) time|zum (?:dritten|vierten|fünften|x-ten|hundertsten) mal",
    r"nobody (?:answers|helps|replies|cares)|niemand (?:antwortet|hilft|reagiert|meldet sich)",
    r"worst (?:support|service)|formal complaint|beschwere mich|(?:offizielle|formelle) beschwerde",
    r"waste of time|zeitverschwendung|what a joke|reicht(?:'s| es)? (?:mir|uns|jetzt)",
)
_WORDS = {
    mark: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")
    for mark, words in ((Mark.SECURITY, _SECURITY), (Mark.LEGAL, _LEGAL), (Mark.UPSET, _UPSET))
}
_SHOUTED = re.compile(r"!{3,}|[?!]{4,}")
_LETTERS = 40  #: of a message in capitals; a shorter one may be an abbreviation
_MOSTLY = 0.7


def find_marks(subject: str, text: str) -> tuple[Mark, ...]:
    """The marks of a question, by the sender's own words, the gravest first."""
    own = f"{subject}\n{text}"[:LONGEST]
    folded = own.casefold().replace("’", "'")  # noqa: RUF001 - the apostrophe that phones type
    found = {mark for mark, words in _WORDS.items() if words.search(folded)}
    if _SHOUTED.search(own) or _is_shouted(text[:LONGEST]):
        found.add(Mark.UPSET)
    return tuple(mark for mark in Mark if mark in found)


def _is_shouted(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) >= _LETTERS and sum(sign.isupper() for sign in letters) > _MOSTLY * len(letters)
