"""Whether somebody asks us for the blank form: a small careful rule, for in doubt a person answers."""

import re
from functools import cache
from typing import Final

from bot.domain.mail import Enclosure, InboundMail
from bot.domain.own_words import is_closing
from bot.domain.thanks import is_polite

LONGEST: Final = 1_500  #: characters; whoever writes more wants more than a form
_IMAGES: Final = "image/"  #: logos of a signature; anything else attached is what the mail is about

#: What it is called. "Form" alone may be any form, so that it needs "your", "the", "a blank" or its like.
_BLANK: Final = r"(?:blank|empty|current|latest|new|leere[sn]?|aktuelle[sn]?|unausgefüllte[sn]?)"
_NAMES: Final = (
    rf"{_BLANK}[ -]+(?:\w+[ -]+){{0,2}}(?:forms?|formular|vordruck|vorlage|template|ris|(?:spread)?sheet)\w*",
    r"ris(?:[ -]+(?:form|formular\w*|template|vorlage|spreadsheet|sheet|file|datei|excel|tabelle))?",
    r"required information (?:spread ?)?sheet",
    r"(?:new[ -]+)?(?:customer|partner|onboarding|registration|order)[ -]+(?:form|template|(?:spread)?sheet)",
    r"(?:neu)?kunden[ -]?(?:formular|vordruck|vorlage|datenblatt)\w*",
    r"(?:onboarding|anmelde|bestell|registrierungs)[ -]?formular\w*",
    r"(?:the|your|that|a|this|das|dieses|ihr|euer|ein) (?:excel )?(?:form|formular|template|vordruck)",
    r"die (?:excel-)?(?:vorlage|formularvorlage)",
)
_NAME: Final = f"(?:{'|'.join(_NAMES)})"
_SHORTHAND: Final = {
    "…": r"\b[^.?!\n]{0,70}?\b",
    "FORM": rf"{_NAME}\b",
    "US": r"(?:me|us|mir|uns)\b",
    "SEND": r"(?:send|e-?mail|forward|provide|give|get|supply|share)\b",
    "GET": r"(?:have|get|find|download|obtain|receive|request)\b",
    "SCHICK": r"(?:schick|send|mail|übersend|überlass|stell|gib|geb)\w*\b",
    "ZU": r"(?:(?:zu|über)?(?:schicken|senden|mailen|geben|stellen)|zukommen lassen)\b",
}


def _compiled(pattern: str) -> re.Pattern[str]:
    for word, meaning in _SHORTHAND.items():
        pattern = pattern.replace(word, meaning)
    return re.compile(rf"\b{pattern}", re.IGNORECASE)


#: Who is to get it is said, or it is an order or a wish; in German the verb may stand behind.
_ASKS: Final = (
    r"SEND US…FORM",
    r"SEND…FORM…(?:to|with) US",
    r"please,? SEND…FORM",
    r"(?:can|could|may|might) (?:i|we)(?: please)? GET…FORM",
    r"(?:i|we)(?: would|'d|\u2019d) (?:like|need|love)…FORM",
    r"(?:i|we) (?:need|require|want|am looking for|are looking for|request)(?! to\b| help| support)…FORM",
    r"where (?:can|do|could|may) (?:i|we) GET…FORM",
    r"(?:request|ask(?:ing)?) for…FORM",
    r"SCHICK…US…FORM",
    r"US…FORM…ZU",
    r"(?:bitte um|bitten um|erbitte|erbitten)…FORM",
    r"(?:brauch\w*|benötig\w*|hätten? gerne?|möchten?|suchen?)…(?!hilfe)FORM",
    r"wo (?:finden?|bekommen?|erhalten?|kann|können|gibt es)…FORM",
    r"(?:können|könnten|dürfen|kann|könnte|darf) (?:ich|wir)…FORM…(?:bekommen|haben|erhalten)\b",
)


@cache
def _asking() -> tuple[re.Pattern[str], ...]:
    """Not before a mail without a form is read: they take a thirtieth of a service's start."""
    return tuple(map(_compiled, _ASKS))


#: a subject that is nothing but its name asks for it: "RIS form", "Formular"
_BARE: Final = re.compile(
    rf"(?:(?:request(?: for)?|anforderung|bitte|please)[ :,-]*)?(?:{_NAME}|form|formular)"
    r"(?:[ -]*(?:please|bitte|request|anfordern|anforderung|angefordert|needed|benötigt))?[ ?!.]*",
    re.IGNORECASE,
)
#: "here is our form", and not "our new customer here is ACME"
_HERE_IS: Final = (
    r"(?:(?:^|(?<=[,:;!] ))(?:here(?: is| are|[\u2019']s)|hier (?:ist|sind|kommt|kommen))"
    r"|here(?: is| are|[\u2019']s) (?:our|my|the|your)"
    r"|hier (?:ist|sind|kommt|kommen) (?:unser|mein|das|ihr)\w*)"
)
#: in the same sentence, it is about a form that is there already
_HAS_IT: Final = re.compile(
    r"\b(?:attached|enclosed|attachment|filled|fill|complet\w+|sent|submitted|submit|rejected|returned|signed"
    r"|receiv\w+ (?:your|the|it)|correct\w*|chang\w+|updat\w+|resend|back|back to (?:me|us)|why|error|wrong"
    r"|how (?:do|can|should|to)|what (?:do|should|does)|who|whom|status|withdraw|cancel"
    r"|anbei|anhang|angehängt|beigefügt|ausgefüllt\w*|ausfüllen|ausfülle|geschickt|gesendet|eingereicht"
    r"|einreichen|abgelehnt|korrigier\w+|änder\w+|geändert\w*|zurück\w*|warum|wieso|fehler\w*|falsch\w*"
    r"|wie (?:fülle|soll|muss|kann)|was (?:muss|soll|trage)|wem|wohin|stand|storn\w+|hilfe"
    rf"|eintragen|eingetragen|{_HERE_IS})\b",
    re.IGNORECASE,
)
#: a link may lead to one that is filled in; below whoever wrote, it leads to their company
_LINK: Final = "://"
#: "a blank form to fill in" and "send it so that we can complete it" are no form that is there
_PURPOSE: Final = re.compile(
    r"\b(?:to (?:be )?(?:fill|complet)\w*|(?:so|that|and|which|then|damit|um|und|dann|zum|die|das)\b[^.?!\n]*"
    r"\b(?:fill|complete|ausfüllen|ausfülle|zurück\w*|send it back|return it))\b[^.?!\n]*",
    re.IGNORECASE,
)
#: wanted is none, or one of another kind: "we need no new form", "the form for cancelling an account"
_NO: Final = re.compile(r"\b(?:no|not|don't|never|kein\w*|nicht|nie)\b", re.IGNORECASE)
_NEEDS_NONE: Final = re.compile(
    r"\b(?:do not|don't|don\u2019t) (?:need|want|require)\b"
    r"|\b(?:need|want|brauch\w*|benötig\w*|möcht\w*|woll\w*)\b[^.?!\n]{0,30}\b(?:no|kein\w*|nicht)\b",
    re.IGNORECASE,
)
_NO_MORE: Final = re.compile(r"\s*(?:nicht|no longer|no more|any more|anymore)\b", re.IGNORECASE)
_OF_OTHER_KIND: Final = re.compile(
    r"\s*(?:for|to|of|about|zum|zur|für|um|über)\b[^.?!\n]{0,40}?\b(?:cancel|clos|delet|terminat|chang|refund"
    r"|complain|invoic|travel|kündig|lösch|schließ|sperr|reklam|beschwer|widerruf|widersp|storn|änder|abmeld"
    r"|rechnung|reise)",
    re.IGNORECASE,
)
#: a request that has more behind it, or within: "…, and how long is the code valid?"
_MORE: Final = re.compile(
    r"\b(?:and|und|also|besides|außerdem|sowie|plus|but|aber)\b(?:\W+\w+){3}", re.IGNORECASE
)
_BEFORE: Final = 12  #: words in front of a request: a greeting and "could you please"
#: why a form is asked for is nothing else
_REASON: Final = re.compile(
    r"(?:we|i|wir|ich)\b[^.?!]{0,60}\b(?:(?:new )?customers?|neukunden?|kunden?|order|bestellen|onboard)\b"
    r"[^.?!]{0,60}[.!]?",
    re.IGNORECASE,
)
#: how a part of a sentence begins that says something by itself
_BY_ITSELF: Final = re.compile(
    r"(?:(?:and|but|und|aber) )?(?:(?:i|we|ich|wir)(?:\b|[\u2019'])|(?:please|bitte|call|contact) \w+)",
    re.IGNORECASE,
)
_FILE: Final = r"(?:form|ris|file|document|template|sheet|spreadsheet|excel)s?"
#: where a sentence may end: behind it thanks or a closing
_END: Final = r"(?=\W*$|[,:)]| (?:thanks|thank you|best|kind|regards|cheers|danke|viele|herewith|as)\b)"
#: "please find our form attached", and not "the key is attached to the account" or "I attach importance to"
_ENCLOSES: Final = re.compile(
    r"\b(?:(?:is|are|find|see)\b[^.?!\n]{0,60}\b(?:attached|enclosed)(?! to\b)"
    r"|(?:attached|enclosed) (?:is|are|please|you|to this (?:e-?)?(?:mail|message)|herewith|our|my|the|a)\b"
    r"|(?:i|we)(?:(?: have|\u2019ve|'ve)? (?:attach(?:ed)?|enclosed?)"
    r"|(?: am| are|[\u2019'](?:m|re)) (?:attach|enclos)ing)(?!(?: \w+){0,2} (?:importance|value|weight)\b)"
    r"|see (?:the )?attachment|pfa|(?:im|als) anhang|in der anlage(?! (?:des|vom|zum|zur)\b)"
    rf"|anbei|angehängt|beigefügt|beigelegt|beiliegend\w*|hängt(?: (?:hier|dieser (?:e-?)?mail))? an{_END}"
    r"|(?:send|schick)\w*\b[^.?!\n]{0,60}\b(?:with|mit) (?:this|dieser) (?:e-?)?(?:mail|message|nachricht))\b"
    # "RIS attached", at the sentence's begin, or behind a greeting
    r"|^(?:[^.?!:,]{0,40}[,:] )?(?:(?:our|the|my|new|blank|completed|filled|signed|corrected|updated) ){0,3}"
    rf"{_FILE}(?: for [^.?!,]{{1,40}})? (?:attached|enclosed){_END}",
    re.IGNORECASE,
)
_WEEKDAY: Final = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)"
)
#: of ours, or with another mail than this
_ELSEWHERE: Final = re.compile(
    r"\?|\byou(?: have|\u2019ve|'ve)? (?:attach|enclos|sen[dt])\w*|\byour (?:last |e-?)?mail\b"
    r"|\b(?:in|zu) (?:ihrer|eurer|deiner) (?:e-?)?mail\b|\b(?:not|nicht|kein\w*)\b"
    r"|\b(?:already|schon|bereits)\b(?! (?:completed|filled|signed|ausgefüllt|unterschrieben))"
    r"|\b(?:yesterday|last|earlier|previous\w*|ago|gestern|vorgestern|letzte\w*|vorige\w*|neulich|damals)\b"
    r"|\b(?:to|in|with) (?:my|our)(?: \w+)? (?:e-?)?(?:mail|message)\b"
    r"|\b(?:meiner|unserer)(?: \w+)? (?:e-?)?(?:mail|nachricht)\b"
    rf"|\b{_WEEKDAY}",
    re.IGNORECASE,
)
#: with a mail to come, where it is said of the file itself: "the order follows later" is of something else
_TO_COME: Final = re.compile(
    r"\b(?:tomorrow|later|next (?:week|month|mail|message|days|few)|(?<!guten )(?<!schönen )morgen|später"
    r"|nächste\w* (?:woche|monat|tage\w*|mail|nachricht)|folgt(?: \w+){0,3} (?:als|im) anhang)\b",
    re.IGNORECASE,
)
#: "Morgen zusammen" wishes a good one
_MORNING: Final = re.compile(
    r"\A\W*(?i:morgen)(?: (?:(?i:zusammen|allerseits|alle|ihr|liebe\w*)|[A-ZÄÖÜ][\w-]*)){0,4} ?[,!\n\u2013-]"
)
#: what parts the halves of a sentence
_PARTS: Final = re.compile(
    r"[,:(]| [\u2013-] | (?:and|und|but|aber) "
    r"(?=(?:(?:the|our|my|die|der|das) \w+ )?(?:i|we|you|ich|wir|please|bitte|will|follows|folg\w+)\b)",
    re.IGNORECASE,
)
#: a day of something else: of what was agreed, of a call, and by when an order is to be carried out
_OTHER_DAY: Final = re.compile(
    r"\b(?:as|wie)\b[^.?!,]{0,40}?\b(?:discussed|agreed|promised|requested|announced|besprochen|vereinbart"
    r"|abgesprochen|versprochen|gewünscht|angekündigt)\b"
    rf"(?: (?:on|am|by phone|yesterday|gestern|last|letzte\w*|week|woche|{_WEEKDAY})\b)*"
    rf"|\b(?:i|we)(?: will|[\u2019']ll)? (?:call|phone|ring)\b[^.?!,]{{0,30}}?\b(?:tomorrow|{_WEEKDAY})"
    rf"|\b(?:ich|wir) (?:rufe?n?|melden?|telefonier\w*)\b[^.?!,]{{0,30}}?\b(?:morgen|{_WEEKDAY})"
    rf"|\b(?:by|until|till|before|bis|ab|start\w*|begin\w*)\b(?: \w+){{0,2}}? (?:tomorrow|morgen|{_WEEKDAY}"
    r"|(?:next|nächste\w*) (?:week|month|woche|monat))\b",
    re.IGNORECASE,
)
#: something of theirs is to come
_PROMISES: Final = re.compile(
    r"\b(?:(?:i|we|you)(?: will|[\u2019']ll)(?: \w+)? (?:send|submit|get|have|receive)"
    r"|expect (?:our|the|a|my)|(?:will follow|follows|is coming)|folgt|(?:ich|wir) (?:schick|send|reich)\w*"
    r"|sie (?:bekommen|erhalten)|(?:bekommen|erhalten) sie|kommt (?:noch|bald|morgen|am))\b",
    re.IGNORECASE,
)
#: behind an article: a time ("by the end of the week"), or it was none ("das folgt am Montag")
_NO_THING: Final = (
    r"(?:\W*$| (?:end|next|coming|few|days?|weeks?|months?|nächste\w*|kommende\w*|tage\w*|woche|monat"
    r"|folgt|kommt|bekommen|erhalten|ihnen|am|bis|im|nach|noch|dann|heute|morgen|bald|später)\b)"
)
#: what is promised is named: "I will send you the order", and not "I will send it" or "I will on Monday"
_SOMETHING: Final = re.compile(
    rf"\b(?:(?:the|an?|our|my|die|der|das|den|eine?n?|(?:unser|mein)e?n?)\b(?!{_NO_THING})"
    r"|(?:more|all|details?|data|daten|information\w*|angaben|orders?|po|bestell\w+|auftrag\w*"
    r"|payment|zahlung|contract|vertrag|names?|namen|weitere\w*|alles)\b)",
    re.IGNORECASE,
)
#: and it is the form
_IT: Final = re.compile(
    rf"\b(?:it|them|es|{_FILE}|formular\w*|vordruck|vorlage|datei|tabelle)\b",
    re.IGNORECASE,
)
#: bytes; a picture that is larger is hardly a logo, and may be what is spoken of
_LARGEST_LOGO: Final = 20_000
_SENTENCE: Final = re.compile(r"[.?!]+\s|\n\s*\n|;\s")


def asks_for_form(mail: InboundMail) -> bool:
    """Whether the mail asks for the blank form, in English or German, and comes with no file of its own."""
    if any(not one.type.lower().startswith(_IMAGES) for one in mail.attachments):
        return False
    text = mail.text[: LONGEST + 1]
    if len(text) > LONGEST:
        return False
    said = _sentences(text)
    if any(_asks(sentence) for sentence in said):
        return True
    subject = " ".join(mail.subject[:200].split())
    about_it = _asks(subject) or _BARE.fullmatch(subject) is not None
    has_it = _has_link(mail) or any(_HAS_IT.search(one) or _promises(one) or _declines(one) for one in said)
    return about_it and not has_it


def _has_link(mail: InboundMail) -> bool:
    sender = f"{mail.sender.name} {mail.sender.address.partition('@')[0]}"
    for line in mail.text.split("\n"):
        if _LINK in line:
            return True
        if is_closing(line) or (is_polite(line, sender=sender) and not is_polite(line)):
            return False
    return False


def asks_nothing_else(mail: InboundMail) -> bool:
    """Whether a mail that asks for the form asks for nothing besides; in doubt a person reads it."""
    others = [one for one in _sentences(mail.text) if not _asks_only(one)]
    return all(_REASON.fullmatch(one) or is_polite(one, sender=mail.sender.name) for one in others)


def misses_file(mail: InboundMail) -> bool:
    """Whether it says that a file comes with it, and none does: whoever sent it waits for nothing else."""
    if any(not _is_logo(one) for one in mail.attachments):
        return False
    said = _sentences(_MORNING.sub("", mail.text[:LONGEST]))
    return any(_comes_with_it(found) for one in said for found in _ENCLOSES.finditer(one))


def _comes_with_it(file: re.Match[str]) -> bool:
    said, part = (_OTHER_DAY.sub("", one) for one in (file.string, _part_of(file)))
    return not (_ELSEWHERE.search(said) or _TO_COME.match(said) or _TO_COME.search(part))


def _part_of(found: re.Match[str]) -> str:
    """The part of a sentence in which that stands."""
    parted = list(_PARTS.finditer(found.string))
    begin = max((one.end() for one in parted if one.end() <= found.start()), default=0)
    end = min((one.start() for one in parted if one.start() >= found.end()), default=len(found.string))
    return found.string[begin:end]


def _is_logo(one: Enclosure) -> bool:
    return one.type.lower().startswith(_IMAGES) and one.size <= _LARGEST_LOGO


def _sentences(text: str) -> list[str]:
    return [" ".join(part.split()) for part in _SENTENCE.split(text) if part.strip()]


def _asks(sentence: str) -> bool:
    return _find_request(sentence) is not None


def _asks_only(sentence: str) -> bool:
    """Whether a sentence is a request with a greeting in front, and has no second half."""
    found = _find_request(sentence)
    if found is None:
        return False
    few = len(found.string[: found.start()].split()) <= _BEFORE
    beside = _PARTS.split(found.string[: found.start()])[:-1] + _PARTS.split(found.string[found.end() :])[1:]
    return few and not _MORE.search(found.string) and not any(map(_says_more, beside))


def _says_more(part: str) -> bool:
    """Whether a part of the sentence, beside the request, is one by itself: "…, I call on Monday"."""
    said = part.strip(" ().!\u2013-")
    return _BY_ITSELF.match(said) is not None and not (_REASON.fullmatch(said) or is_polite(said))


def _find_request(sentence: str) -> re.Match[str] | None:
    wish = _PURPOSE.sub("", sentence)
    if _HAS_IT.search(wish):
        return None
    return next((found for found in _list_wishes(wish) if not _is_declined(found)), None)


def _promises(sentence: str) -> bool:
    """Whether a form of theirs is to come; what they do with ours, or send besides, is why they ask."""
    parts = (part for part in _PARTS.split(_PURPOSE.sub("", sentence)) if _PROMISES.search(part))
    return any(_IT.search(part) or not _SOMETHING.search(part) for part in parts)


def _declines(sentence: str) -> bool:
    none = _NEEDS_NONE.search(sentence) is not None
    return none or any(_is_declined(found) for found in _list_wishes(sentence))


def _list_wishes(sentence: str) -> list[re.Match[str]]:
    return [found for pattern in _asking() if (found := pattern.search(sentence))]


def _is_declined(wish: re.Match[str]) -> bool:
    behind = wish.string[wish.end() :]
    return bool(_NO.search(wish[0]) or _NO_MORE.match(behind) or _OF_OTHER_KIND.match(behind))
