"""Whether the mail around a form says anything beside it; what is in doubt does.

Every word has to belong to one of these phrases, written as those in `thanks`, or to a name that stands in
the form.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath
from typing import Final

from bot.domain.answer_texts import read_beside
from bot.domain.mail import InboundMail
from bot.domain.ris import Reading, RisCase
from bot.domain.thanks import PHRASES, fold, names_in, read_phrases, without_phrases

_THE_FORM: Final = (
    "the|our|a|an|my|this|your|for|of|from|with|as|to|you|requested|discussed|promised|agreed|attachment|"
    "attached|enclosed|completed|complete|filled|filled in|filled out|corrected|updated|signed|new|ris|form|"
    "forms|file|files|spreadsheet|sheet|excel|required information|information|document|registration|"
    "onboarding|customer|customers|client|company|partner|organisation|organization|below|review|approval|"
    "processing|now|by|mail|email|and|is|are"
)
_DAS_FORMULAR: Final = (
    "sie|finden|erhalten|bekommen|sende|senden|schicke|schicken|ubersende|ubersenden|ubermittle|ubermitteln|"
    "ist|sind|kommt|wir|ich|ihnen|euch|dir|anbei|im anhang|in der anlage|beigefugt|das|die|der|den|dem|ein|"
    "eine|einen|unser|unsere|unseren|unserem|unserer|mein|meine|ausgefullt|ausgefullte|ausgefulltes|"
    "ausgefullten|vollstandig|vollstandige|korrigierte|korrigiertes|aktualisierte|aktualisiertes|neue|neuen|"
    "neuer|neues|ris|formular|formulare|datei|dateien|tabelle|excel|registrierungsformular|anmeldung|"
    "registrierung|onboarding|fur|von|firma|kunde|kunden|neukunde|neukunden|unternehmen|partner|wie|"
    "besprochen|gewunscht|vereinbart|mit der bitte um|zur|prufung|bearbeitung|kenntnisnahme|"
    "weiteren|und|jetzt|nun"
)
_COVER: Final = f"""
/ re|aw|fw|fwd|wg|hello|dear sir or madam|dear sirs|to whom it may concern|and /
please|kindly|you will|you can|also / find|find attached|find enclosed|see|see attached / {_THE_FORM}
/ {_THE_FORM} /
/ attached|enclosed|here is|here s|here are|here it is|here they are|here you go|this is / {_THE_FORM}
hereby|now|will|am|are / i|we|i am|we are|i m|we re / am|are|hereby|now|attach|attaching|send|sending|sent|\
have sent|submit|submitting|forward|forwarding|{_THE_FORM}
a|the|our|your|completed|filled|filled in|corrected|updated|new / ris|form|registration|registration form|\
onboarding|new|new customer|new client|new company|new partner|required information spreadsheet|\
required information sheet|required information form / {_THE_FORM}
/ corrected|updated|done|korrigiert|aktualisiert|erledigt|neu|fertig /
/ as requested|as discussed|as promised|as agreed|for your information|fyi /
please / let us know|let me know / if|you|need|have|any|anything|questions|further|more|information|else
if|should|in case of|for|please / you have questions|you have any questions|you have any further questions|\
any questions|questions / please|just|contact|us|me|do not hesitate|feel free|to|let us know|let me know
/ do not hesitate|feel free / to|contact|us|me
/ i look forward|we look forward|looking forward / to|your|reply|answer|hearing|from|you
i|we|and / hope you are well|hope this finds you well|hope all is well|hope you re well /
/ thanks in advance|thank you in advance / for|your|help|support
bitte|hier|wie|besprochen|vereinbart / anbei|im anhang|in der anlage|als anlage|beigefugt|angehangt|hiermit|\
hier|hier ist|hier kommt|finden sie / {_DAS_FORMULAR}
hiermit / ich|wir / {_DAS_FORMULAR}
/ {_DAS_FORMULAR} /
das|ein|unser|die|unsere|neue|neues / ris|formular|registrierung|anmeldung|onboarding|neukunde|neuer kunde|\
neue kunden|neuer partner / {_DAS_FORMULAR}
/ wie besprochen|wie gewunscht|wie vereinbart|wie angekundigt|zur kenntnisnahme|zur information /
bitte|mit der bitte|mit bitte / um kenntnisnahme|um prufung|um bearbeitung|um weitere bearbeitung|\
zur bearbeitung|zur prufung / {_DAS_FORMULAR}
/ bei ruckfragen|bei fragen|fur ruckfragen|fur fragen|bei weiteren fragen / stehe|stehen|ich|wir|ihnen|gern|\
gerne|jederzeit|zur|verfugung|melden|sie|sich|bitte|einfach|konnen|bei|mir|uns
/ ich freue mich|wir freuen uns / auf|uber|ihre|eure|ruckmeldung|antwort|bestatigung
/ vielen dank|danke|besten dank / im voraus|vorab|fur|die|ihre|eure|bearbeitung|muhe|unterstutzung
"""
#: how a sentence above numbered answers ends that only leads to them: elsewhere the same may be a wish
_LEADING: Final = re.compile(
    r"(?:^| )(?:(?:(?:please|you will) find|please see|find|see|here|is|are|below|these|my|our|the|following"
    r"|hier|sind|ist|anbei|nachfolgend|im folgenden|(?:bitte )?finden sie|(?:bitte )?siehe|meine|unsere|die"
    r"|folgende|folgenden) )*"
    r"(?:answers?|repl(?:y|ies)|(?:missing|requested) (?:information|details)|your questions"
    r"|as follows|wie folgt|antwort(?:en)?|fehlenden? (?:angaben|informationen)"
    r"|(?:zu|auf) (?:ihren?|euren?|deinen?) fragen)"
    r"(?: (?:to|the|your|questions?|points|e?mail|are|is|here|below|as follows|in order|by number|one by one"
    r"|inline|between the lines|zu|auf|den|ihren?|euren?|deinen?|fragen?|punkten|unten|siehe|lauten|hier"
    r"|wie folgt|nachfolgend))*"
    r"(?: (?:for|of|fur|von|zu|zum)(?: (?:our|the|unseren?|den|die|das|new|neuen?|customer|client|company"
    r"|partner|form|ris|kunden?|firma|formular))*)?$"
)
_CLAUSE: Final = re.compile(r"(?<=[.!?:,;])\s")
#: of thanks all but the wish to have something closed
_PHRASES: Final = [*(one for one in PHRASES if "close it" not in one.pattern), *read_phrases(_COVER)]
#: with the name of whoever it goes to, who stands in no form
_GREETING: Final = re.compile(
    r"\s*(?i:hello|hi|dear|good (?:morning|day|afternoon)|hallo|guten (?:tag|morgen)|moin|liebe[rs]?"
    r"|sehr geehrte[rns]?)(?: (?!GmbH)[A-ZÄÖÜ][\w.'-]*){0,4}\s*[,!.\n]"
)
_CASE: Final = re.compile(r"\bC-\d{1,9}\b", re.IGNORECASE)  #: that a subject names one says where it belongs
_LONGEST: Final = 600  #: characters; who writes more says more
#: logos, business cards, invitations, signatures, and what a mail server makes of them
_LITTER: Final = re.compile(
    r"\.(?:png|jpe?g|gif|bmp|svg|ics|vcf|p7s|asc)$|^att\d+\.(?:txt|html?)$", re.IGNORECASE
)
_CARRIERS: Final = frozenset({".zip", ".dat", ".eml", ".msg"})
_SPREADSHEETS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".zip", ".7z", ".rar"})
_NAMED: Final = re.compile(r"(?<![a-z])ris(?![a-z])|required information", re.IGNORECASE)


def says_more(mail: InboundMail, forms: Iterable[RisCase], *, subject: bool) -> bool:
    """Whether a person has to read it; `subject`: that is the sender's own, and not that of our mail."""
    names = _names_around(mail, forms)
    return _says(_without_greeting(mail.text), names) or (
        subject and _says(_CASE.sub(" ", mail.subject), names)
    )


def goes_on(mail: InboundMail, forms: Sequence[RisCase], *, subject: bool) -> bool:
    """Whether a person has to read it though its form, or its answers under numbers, were dealt with."""
    above, below = read_beside(mail.text, mail.quoted_text)
    if len(above) > _LONGEST:
        return True
    names = _names_around(mail, forms)
    clauses = _CLAUSE.split(_without_greeting(above))
    said = " ".join(one if "?" in one else _LEADING.sub("", _bare(one, names)) for one in clauses)
    return says_more(replace(mail, text=f"{said}\n{below}".lstrip()), forms, subject=subject)


def _without_greeting(text: str) -> str:
    return _GREETING.sub("", text, count=1) if _GREETING.match(text) else text


def _names_around(mail: InboundMail, forms: Iterable[RisCase]) -> set[str]:
    names = {word for form in forms for word in _folded(_names(form))}
    names |= set(names_in(mail.sender.name))
    return names | {word for one in mail.attachments for word in fold(PurePath(one.name).stem).split()}


@lru_cache(maxsize=64)  # of each form it is asked several times
def _folded(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


def _says(text: str, names: set[str]) -> bool:
    return len(text) > _LONGEST or "?" in text or _is_more(_bare(text, names))


def _bare(text: str, names: set[str]) -> str:
    return " ".join(word for word in fold(text).split() if word not in names)


@lru_cache(maxsize=512)
def _is_more(said: str) -> bool:
    """Without the names nearly all that one sponsor writes is what they wrote the last time."""
    return bool(without_phrases(said, (), _PHRASES))


def _names(form: RisCase) -> str:
    company = form.company
    people = " ".join(f"{user.first_name} {user.last_name}" for user in form.users)
    return f"{company.name} {company.city} {company.contact_name} {people}"


def list_unread(mail: InboundMail, reading: Reading) -> tuple[str, ...]:
    """The names of its files in which no form was found; without pictures, cards and signatures.

    Nor those that were not opened.
    """
    refused = dict.fromkeys(name for form in reading.cases for name in form.passed_over)
    names = [one.name for one in mail.attachments if one.name]
    known = {*reading.taken, *refused, *reading.unopened}
    carried = not known <= set(names)  # what came out of a file that carries others
    unread = (
        name
        for name in names
        if name not in known
        and not _LITTER.search(name)
        and not (carried and PurePath(name).suffix.lower() in _CARRIERS)
    )
    return tuple(dict.fromkeys((*refused, *unread)))


def list_like_forms(names: Iterable[str]) -> tuple[str, ...]:
    """Those that their sender may take for a form: spreadsheets, archives, and what is called a RIS."""
    return tuple(n for n in names if PurePath(n).suffix.lower() in _SPREADSHEETS or _NAMED.search(n))
