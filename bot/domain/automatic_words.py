"""Whether a mail without a machine's headers is one's answer all the same: by every sentence of it.

Ticket systems confirm what came, and people's mail programs say that they are away. What these phrases,
written as those in `thanks`, do not hold is a person's, and so is a question. For mails of no thread only.
"""

import re
from functools import cache
from typing import Final

from bot.domain.absence_words import ABSENCES_ABROAD
from bot.domain.mail import InboundMail
from bot.domain.thanks import PHRASES, fold, names_in, read_phrases, without_phrases

_DATE: Final = (
    r"\d\w*|st|nd|rd|th|until|till|from|to|on|the|of|and|through|including|inclusive|monday|tuesday|wednesday|"
    "thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|"
    "november|december|bis|vom|zum|am|ab|den|dem|der|und|einschliesslich|montag|dienstag|mittwoch|donnerstag|"
    "freitag|samstag|sonntag|januar|februar|marz|mai|juni|juli|oktober|dezember|for|a|one|two|three|week|weeks"
)
_SOON: Final = (
    r"\d\w*|to|you|your|as|soon|quickly|possible|shortly|within|in|the|of|next|one|two|three|few|working|business|"
    "day|days|hour|hours|and|it|with|about|this|request|message|ticket|an|answer|order|received"
)
_BALD: Final = (
    r"\d\w*|uns|ihnen|sie|sich|ihr|ihre|ihrer|ihrem|anfrage|anliegen|nachricht|ticket|mit|in|bei|um|zu|so|schnell|"
    "bald|schnellstmoglich|schnellstmoglichst|wie|moglich|zeitnah|umgehend|kurze|innerhalb|von|der|den|nachsten|"
    "tagen|stunden|werktagen|werktage|arbeitstagen|verbindung|setzen|melden|kummern|bearbeiten|antworten|darum"
)
_NUMBER: Final = (
    r"\w*\d\w*|inc|req|tkt|number|no|id|nummer|nr|is|has|been|was|ist|lautet|the|with|under|unter|der|mit|assigned|"
    "created|opened|registered|received|angelegt|erstellt|eroffnet|wurde|for|reference|successfully|now"
)
_CAME: Final = "received|created|registered|opened|logged"
_KAM: Final = "eingegangen|erhalten|registriert|erfasst|angelegt|eroffnet|erstellt"
#: parted by " / " as in `thanks`: what may stand before, what is said, what may follow
_TOLD: Final = f"""
/ we have received|we received|we ve received / your|request|ticket|message|mail|e mail|email|inquiry|and
your|the|a|new|support / request|ticket|message|e mail|mail|email|inquiry|enquiry|case / {_NUMBER}|{_CAME}|\
will|be|processed|answered|reviewed|by|our|team|support|as|soon|possible|shortly|and|in|our|system
/ thank you for contacting|thanks for contacting / us|our|the|support|team|service|desk
/ thank you for your|thanks for your / message|request|mail|e mail|email|inquiry|enquiry
your|the|ticket|case|request|reference / ticket number|case number|request number|reference number|\
ticket id|reference|ticket / {_NUMBER}
/ we will|we ll|our team will|our support team will|someone will|somebody will|an agent will|i will|i ll|\
a colleague will|a member of our team will / get back|respond|reply|contact|be in touch|answer|read|\
process|review|come back|return|be|back|when|i|am|my|mail|e|upon|after|{_SOON}|{_DATE}
please / do not reply|do not answer|do not respond / to|this|mail|message|e mail|email|directly
/ this is an|this is a|this|this message was|this mail was|this e mail was|this email was / automatic|\
automated|automatically|generated|sent|by|reply|response|message|mail|e mail|email|confirmation|system
/ i am|i m|i will be|we are / currently|now|away|on|annual|parental|sick|leave|vacation|holiday|holidays|\
out of|out|office|back|in|again|not|{_DATE}
and|with / i have no access|i have limited access|no access|limited access / to|my|mail|mails|e mails|emails
your|this|mail|message|e mail|email|and / will not be forwarded|is not forwarded|are not forwarded /
in|for|please|if it is / urgent cases|urgent matters|urgent / please|contact|my|colleague|colleagues|our|team
please / contact / my|our|the|colleague|colleagues|team|support|desk
/ wir haben ihre|ihre|ihr|ihr neues|neues|ein neues|das / anfrage|nachricht|e mail|mail|anliegen|ticket|\
meldung|ist|wurde|haben wir|bei uns|soeben|dankend|erfolgreich|wird|bearbeitet|in unserem system|und|\
unter|{_KAM}|{_NUMBER}
/ dank fur ihre|dank fur ihr|danke fur ihre|vielen dank fur ihre|vielen dank fur ihr|danke fur ihr / \
anfrage|nachricht|e mail|mail|anliegen|meldung
ihre|die|der / ticketnummer|vorgangsnummer|bearbeitungsnummer|referenznummer|ticket|vorgang / {_NUMBER}
/ wir melden|wir kummern|wir werden|wir bearbeiten|wir antworten|ein mitarbeiter wird|unser team wird|\
ich melde mich|ich antworte|ich lese|ein kollege wird / {_BALD}|nach|meiner|ruckkehr|danach|wieder|mails
bitte / antworten sie nicht|antworten sie bitte nicht / auf|diese|mail|e mail|nachricht|direkt
/ dies ist eine|das ist eine|diese|diese e mail wurde|diese nachricht wurde / automatische|automatisch|\
generierte|generiert|erzeugte|erzeugt|versendete|versendet|nachricht|e mail|mail|antwort|bestatigung|\
eingangsbestatigung
zurzeit|derzeit|aktuell / ich bin|bin ich / zurzeit|derzeit|aktuell|im|in|urlaub|elternzeit|abwesend|\
ausser|haus|nicht|buro|erreichbar|wieder|zuruck|{_DATE}
und / ich habe keinen zugriff|habe keinen zugriff|keinen zugriff / auf|meine|mails|e mails|postfach
ihre|e mail|mail|nachricht|e mails|mails / wird nicht weitergeleitet|werden nicht weitergeleitet /
/ in dringenden fallen / wenden sie sich|bitte|an|kontaktieren sie|mein|meine|meinen|kollegin|kollegen|team
"""
_CAME_OR_AWAY: Final = re.compile(
    rf"\b(?:we (?:have |ve )?received your"
    rf"|(?:your|the|a)(?: new)? (?:support )?(?:request|ticket|message|(?:e )?mail|inquiry|enquiry|case)"
    rf"(?: \w+){{0,4}}? (?:{_CAME})"
    r"|(?:ihre?|neues|das) (?:anfrage|nachricht|e mail|mail|anliegen|ticket|meldung)"
    rf"(?: \w+){{0,6}}? (?:{_KAM})"
    r"|thank(?:s| you) for contacting"
    r"|(?:away|on (?:\w+ )?(?:leave|vacation|holidays?)|out of (?:the )?office)"
    r"|urlaub|elternzeit|abwesend|ausser haus|nicht im (?:buro|haus)"
    r"|bureaux? (?:est|sont|seront) fermes?|uffici\w* (?:e|sono|sara) chius[io]|oficina est\w+ cerrada"
    r"|kantoor is gesloten|biuro jest (?:nieczynne|zamkniete)"
    r"|absente?|hors du bureau|en (?:conges?|vacances)"
    r"|assente|fuori (?:sede|ufficio|dall ufficio)|in (?:ferie|congedo|maternita)"
    r"|ausente|fuera de (?:la )?oficina|de (?:vacaciones|baja|permiso)"
    r"|afwezig|niet (?:aanwezig|op kantoor)|(?:op|met) (?:vakantie|\w*verlof)"
    r"|nieobecn[aye]|poza biurem|na (?:urlopie|zwolnieniu))\b"
)
#: as `fold` has it, without tags: all of it, or before the subject of the mail that is answered
_SUBJECT: Final = re.compile(
    r"(?:we (?:have )?received your \w+"
    r"|your (?:\w+ )?(?:request|ticket|message|e-?mail|inquiry|enquiry|case)"
    rf"(?: has been| was)? (?:{_CAME})|(?:request|ticket|case) (?:{_CAME})"
    rf"|(?:wir haben )?ihre? [\w-]+(?: ist| wurde)?(?: bei uns)? (?:{_KAM}|eröffnet)"
    r"|(?:eingangs|empfangs)bestätigung|(?:confirmation|acknowledge?ment) of receipt"
    r"|(?:im )?urlaub|elternzeit"
    r"|(?:on )?(?:annual leave|vacation|parental leave)"
    r"|absence|absente?|(?:en )?(?:congés?|vacances)|assenza|assente|(?:in )?ferie"
    r"|ausencia|ausente|(?:de )?vacaciones|afwezig(?:heid)?|niet aanwezig|(?:op )?vakantie"
    r"|nieobecno[sś][cć]|nieobecn[ay]|(?:na )?urlop(?:ie)?)\s*(?:$|[:([#-])",
    re.IGNORECASE,
)
_TAG: Final = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]|\([^)]{1,40}\)"
    r"|(?:ticket|case|request|vorgang|anfrage|fall)?\s?(?:#|nr\.|no\.)\s?\w{0,9}\d\w*)[\s:-]*",
    re.IGNORECASE,
)
_GREETING: Final = re.compile(
    r"\s*(?i:hello|hi|dear|hallo|guten tag|liebe[rs]?|sehr geehrte[rns]?"
    r"|bonjour|madame|monsieur|buongiorno|gentile|egregi[oa]|hola|buenos días|estimad[oa]s?|beste|geachte"
    r"|goedendag|dzień dobry|szanown[iay]|witam)(?: [A-ZÄÖÜ][\w.'-]*){0,4}\s*[,!.\n]"
)
#: whom to ask meanwhile: their names, addresses and numbers
_INSTEAD: Final = re.compile(
    r"((?:[Cc]ontact|an|[Kk]ontaktieren Sie|[Ff]ällen:?|[Cc]ontact(?:ez|er)|joindre|[Cc]ontatt(?:are|i|ate)"
    r"|rivolgersi a|[Cc]ontact(?:e|ar)(?: con| a)?|contacto con|op(?:nemen)? met|terecht bij|kontakt z|się z)"
    r"(?: my colleague| meine Kollegin| meinen Kollegen| m(?:on|a) collègue| (?:il mio|la mia) collega"
    r"| mi compañer[oa]| mijn collega| moj(?:ą koleżanką|im kolegą))?)"
    r"(?: (?:Mr|Ms|Mrs|Frau|Herrn|M|Mme|Sig|Sig\.ra|Sr|Sra|dhr|mevr|p)\.?)?(?: [A-ZÄÖÜ][\w'-]+){1,3}"
)
_ADDRESS: Final = re.compile(r"[(<]?\b[\w.+-]+@[\w.-]+\w[)>]?")
_SENTENCE: Final = re.compile(r"(?<!\d)[.!]+(?:\s+|$)|\n\s*\n|(?<=[^,;\w])\n")
_LONGEST: Final = 1_500  #: characters; who writes more says more


def is_automatic(mail: InboundMail) -> bool:
    """By its subject or a sentence, where every other sentence is one that machines write too."""
    text = mail.text
    if mail.attachments or not text.strip() or len(text) > _LONGEST or "?" in text:
        return False
    told = fold(text)
    if not (_CAME_OR_AWAY.search(told) or _has_subject(mail.subject)):
        return False
    said = _GREETING.sub("", text, count=1) if _GREETING.match(text) else text
    said, names = _INSTEAD.sub(r"\1", _ADDRESS.sub(" ", said)), names_in(mail.sender.name)
    return not any(without_phrases(fold(part), names, _phrases()) for part in _SENTENCE.split(said))


@cache
def _phrases() -> list[re.Pattern[str]]:
    """Compiled for the first mail that looks like one: it takes a start's time of all that have none."""
    return [*PHRASES, *read_phrases(f"{_TOLD}{ABSENCES_ABROAD}")]


def _has_subject(subject: str) -> bool:
    rest = subject
    while found := _TAG.match(rest):
        rest = rest[found.end() :]
    return _SUBJECT.match(rest.strip()) is not None
