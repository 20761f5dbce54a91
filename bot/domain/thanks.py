"""Whether a mail says thanks and nothing else; every word it holds must belong to one of these phrases."""

import re
from collections.abc import Collection, Iterable

#: of each line: what may stand before, one of which is said, what may follow; parted by " / "
_ENGLISH = """
/ hi|hello|hey|dear|good morning|good afternoon / team|support|desk|all|everyone|everybody|there
many|a thousand|again / thanks|thank you|thx|cheers / a lot|so much|very much|again|everyone|all|team
for|your|the|this|very|quick|fast|kind|great|prompt / help|reply|answer|support|response|assistance /
it|that|everything|all|code|login|the|now / works|worked|is working / fine|great|perfectly|well|now|again
it|that|this|everything|all|is|s|the|problem|issue|now / solved|fixed|resolved|done|sorted / now|again
now / i can|i could|i was able to|i am able to|we can|i can now / log in|sign in|log on|again|now
/ i am|i m|we are|we re / back|in again|in now
/ that|this / helped|did it|was it|solved it|fixed it
/ you can|you may|please / close it|close this|close the ticket|close my question|now
/ perfect|great|excellent|wonderful|brilliant|awesome|ok|okay|all good|got it|much appreciated /
with|best|kind|warm|many|kindest|warmest / regards|wishes /
/ best|sincerely|yours|have a nice day|have a great day|have a good day|have a nice weekend /
/ and|so|now /
"""
_GERMAN = """
/ hallo|hi|moin|guten tag|guten morgen|guten abend|liebes / team|support|zusammen
/ sehr geehrte damen und herren /
vielen|herzlichen|besten|lieben|tausend|schonen|ganz / dank|danke|dankeschon|merci / schon|sehr|vielmals
/ dir|ihnen|euch|nochmal|nochmals|noch mal|noch einmal /
fur|die|ihre|eure|deine|schnelle|rasche|super|tolle|prompte|gute / hilfe|antwort|unterstutzung /
es|das|alles|jetzt|nun|die|der|anmeldung|code|login|hat|hats / geklappt|funktioniert|geht|lauft|klappt /
/ es|jetzt|nun|wieder|alles|super|einwandfrei|prima|gut|bestens /
das|die|problem|frage|es|alles|ist|hat sich|damit|nun|jetzt / gelost|erledigt|behoben|in ordnung /
jetzt|nun|ich / bin drin|komme rein|bin wieder drin|bin jetzt drin|komme wieder rein / jetzt|wieder
jetzt|nun|ich / kann mich wieder anmelden|kann mich jetzt anmelden /
das|es / hat geholfen|hat mir geholfen|hat sehr geholfen|war hilfreich|war die losung /
/ super|perfekt|prima|klasse|toll|wunderbar|top|spitze|alles klar|alles gut|passt|bestens /
mit|freundlichen|besten|vielen|lieben|schonen|herzlichen / grussen|grusse|gruss /
freundliche|beste|viele|liebe|schone|herzliche / grusse|gruss /
/ mfg|lg|vg|schonen tag|schonen abend|schonen tag noch|schones wochenende /
/ und|so|jetzt|nun /
"""
#: of these at least one is said; a greeting alone thanks for nothing
_THANKS = re.compile(
    r"\b(thanks|thank you|thx|cheers|dank|danke|dankeschon|merci|works|worked|is working"
    r"|geklappt|funktioniert|klappt|solved|fixed|resolved|gelost|erledigt|behoben)\b"
)
#: what says more than that a mail came
_HELPED = re.compile(
    r"\b(helped|works|worked|is working|did it|solved|fixed|resolved|geholfen|geklappt|funktioniert|klappt"
    r"|gelost|erledigt|behoben)\b"
)
_FOLDED = str.maketrans(
    "äöüàâáãåèéêëìíîïòóôõùúûçñąćęłńśźż", "aouaaaaaeeeeiiiioooouuucnacelnszz", "\u0301\u0308"
) | {ord("ß"): "ss", ord("œ"): "oe"}
_LONGEST = 400  #: characters; nobody thanks longer without saying something
_NAME = re.compile(r"[^\W\d_]{2,}")


def _phrase(line: str) -> re.Pattern[str]:
    before, said, after = (_each_once(part.strip()) for part in f" {line} ".split("/"))
    begins = f"(?:(?:{before}) )*" if before else ""
    ends = f"(?: (?:{after}))*" if after else ""
    return re.compile(f"{begins}(?:{said}){ends}(?= |$)")


def _each_once(words: str) -> str:
    """The longest first, as it is the one that is meant.

    Twice would be two ways to read a word, and a regular expression tries each with each of the next word's.
    """
    return "|".join(sorted(dict.fromkeys(words.split("|")), key=len, reverse=True))


def read_phrases(lines: str) -> list[re.Pattern[str]]:
    """Phrases that are written as those above."""
    return [_phrase(line) for line in lines.splitlines() if line.strip()]


PHRASES = read_phrases(f"{_ENGLISH}{_GERMAN}")


def has_helped(text: str, *, sender: str = "") -> bool:
    """Whether such thanks say what for: thanks alone may be for a receipt."""
    return is_thanks(text, sender=sender) and bool(_HELPED.search(text.casefold().translate(_FOLDED)))


def is_thanks(text: str, *, sender: str = "") -> bool:
    """Whether a customer's own words end it: anything doubtful does not. `sender`: their name."""
    if len(text) > _LONGEST or "?" in text:
        return False
    return bool(_THANKS.search(fold(text))) and is_polite(text, sender=sender)


def is_polite(text: str, *, sender: str = "") -> bool:
    """Whether it is greetings, thanks and closings alone, or nothing; who writes much says more."""
    if len(text) > _LONGEST and len(text.strip()) > _LONGEST:
        return False
    return not without_phrases(fold(text), names_in(sender), PHRASES)


def fold(text: str) -> str:
    """Its words, parted by blanks, as the phrases have them."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold().translate(_FOLDED)))


def names_in(text: str) -> list[str]:
    return _NAME.findall(text.casefold().translate(_FOLDED))


def without_phrases(said: str, names: Collection[str], phrases: Iterable[re.Pattern[str]]) -> str:
    """What is left once every phrase and name is taken from the front, the longest that fits first."""
    while said:
        fits = [found.end() for phrase in phrases if (found := phrase.match(said))]
        fits += [len(name) for name in names if said == name or said.startswith(f"{name} ")]
        longest = max(fits, default=0)
        if not longest:
            return said
        said = said[longest:].strip()
    return ""
