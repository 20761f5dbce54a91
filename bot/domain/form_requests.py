"""Whether somebody asks us for the blank form: a small careful rule, for whoever is not sure asks a person."""

import re
from typing import Final

from bot.domain.mail import InboundMail

LONGEST: Final = 1_500  #: characters; whoever writes more wants more than a form
_IMAGES: Final = "image/"  #: logos of a signature; anything else attached is what the mail is about

# What it is called. "Form" alone may be any form, so that it needs "your", "the", "a blank" or its like.
_NAME: Final = (
    r"(?:(?:blank|empty|current|latest|new|leere[sn]?|aktuelle[sn]?|unausgefüllte[sn]?)[ -]+(?:\w+[ -]+){0,2}"
    r"(?:forms?|formular\w*|vordruck\w*|vorlage\w*|template|ris|spreadsheet|sheet|tabelle)"
    r"|ris(?:[ -]+(?:form|formular\w*|template|vorlage|spreadsheet|sheet|file|datei|excel|tabelle))?"
    r"|required information spread ?sheet|required information sheet"
    r"|(?:new[ -]+)?(?:customer|partner|onboarding|registration|order)[ -]+(?:form|template|spreadsheet|sheet)"
    r"|(?:neu)?kunden[ -]?(?:formular|vordruck|vorlage|datenblatt)\w*"
    r"|(?:onboarding|anmelde|bestell|registrierungs)[ -]?formular\w*"
    r"|(?:the|your|that|a|this|das|dieses|ihr|euer|ein) (?:excel )?(?:form|formular|template|vordruck)"
    r"|die (?:excel-)?(?:vorlage|formularvorlage))"
)
_TO_US: Final = r"(?:me|us|mir|uns)"
_GAP: Final = r"[^.?!\n]{0,70}?"
_ASKS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # English: who is to get it is said, or it is an order or a wish
        rf"\b(?:send|e-?mail|forward|provide|give|get|supply|share)\b {_TO_US}(?: with)?\b{_GAP}\b{_NAME}\b",
        rf"\b(?:send|forward|provide|share|supply|e-?mail)\b{_GAP}\b{_NAME}\b{_GAP}\b(?:to|with) {_TO_US}\b",
        rf"\bplease,? (?:send|provide|share|supply|forward|e-?mail)\b (?:over )?{_GAP}\b{_NAME}\b",
        rf"\b(?:can|could|may|might) (?:i|we)(?: please)? (?:have|get|obtain|receive|request)\b{_GAP}\b{_NAME}\b",
        rf"\b(?:i|we)(?: would|'d|’d) (?:like|need|love)(?: to (?:have|get|request|receive|order))?{_GAP}\b{_NAME}\b",  # noqa: RUF001
        rf"\b(?:i|we) (?:need|require|want|am looking for|are looking for|request)\b"
        rf"(?! to\b| help| assistance| support){_GAP}\b{_NAME}\b",
        rf"\bwhere (?:can|do|could|may) (?:i|we) (?:find|get|download|obtain)\b{_GAP}\b{_NAME}\b",
        rf"\b(?:request|ask(?:ing)?) for{_GAP}\b{_NAME}\b",
        # German: the verb may stand behind
        rf"\b(?:schick|send|mail|übersend|überlass|stell|gib|geb)\w*\b{_GAP}\b{_TO_US}\b{_GAP}\b{_NAME}\b",
        rf"\b{_TO_US}\b{_GAP}\b{_NAME}\b{_GAP}\b(?:zu|über)?(?:schicken|senden|kommen lassen|mailen|geben|stellen)\b",
        rf"\b{_TO_US}\b{_GAP}\b{_NAME}\b zu(?:kommen lassen)?\b",
        rf"\b(?:bitte um|bitten um|erbitte|erbitten)\b{_GAP}\b{_NAME}\b",
        rf"\b(?:brauch\w*|benötig\w*|hätte\w* gern\w*|möchte\w*|suche[n]?)\b(?!{_GAP}\bhilfe\b){_GAP}\b{_NAME}\b",
        rf"\bwo (?:finde|bekomme|erhalte|kann|können|gibt es|bekommen|finden|erhalten)\b{_GAP}\b{_NAME}\b",
        rf"\b(?:können|könnten|dürfen|kann|könnte|darf) (?:ich|wir)\b{_GAP}\b{_NAME}\b{_GAP}\b(?:bekommen|haben|erhalten)\b",
    )
)
#: a subject that is nothing but its name asks for it: "RIS form", "Formular"
_BARE: Final = re.compile(
    rf"(?:(?:request(?: for)?|anforderung|bitte|please)[ :,-]*)?(?:{_NAME}|form|formular)"
    r"(?:[ -]*(?:please|bitte|request|anfordern|anforderung|angefordert|needed|benötigt))?[ ?!.]*",
    re.IGNORECASE,
)
#: in the same sentence, it is about a form that is there already
_HAS_IT: Final = re.compile(
    r"\b(?:attached|enclosed|attachment|filled|fill|complet\w+|sent|submitted|submit|rejected|returned|signed"
    r"|receiv\w+ (?:your|the|it)|correct\w*|chang\w+|updat\w+|resend|back|back to (?:me|us)|why|error|wrong"
    r"|how (?:do|can|should|to)|what (?:do|should|does)|who|whom|status|withdraw|cancel"
    r"|anbei|anhang|angehängt|beigefügt|ausgefüllt\w*|ausfüllen|ausfülle|geschickt|gesendet|eingereicht"
    r"|einreichen|abgelehnt|korrigier\w+|änder\w+|geändert\w*|zurück\w*|warum|wieso|fehler\w*|falsch\w*"
    r"|wie (?:fülle|soll|muss|kann)|was (?:muss|soll|trage)|wem|wohin|stand|storn\w+|eintragen|eingetragen)\b",
    re.IGNORECASE,
)
#: "a blank form to fill in" and "send it so that we can complete it" are no form that is there
_PURPOSE: Final = re.compile(
    r"\b(?:to (?:be )?(?:fill|complet)\w*|(?:so|that|and|which|then|damit|um|und|dann|zum|die|das)\b[^.?!\n]*"
    r"\b(?:fill|complete|ausfüllen|ausfülle|zurück\w*|send it back|return it))\b[^.?!\n]*",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[.?!]+\s|\n\s*\n|;\s")


def asks_for_form(mail: InboundMail) -> bool:
    """Whether the mail asks for the blank form, in English or German, and comes with no file of its own."""
    if any(not one.type.lower().startswith(_IMAGES) for one in mail.attachments):
        return False
    text = mail.text[: LONGEST + 1]
    if len(text) > LONGEST:
        return False
    if any(_asks(sentence) for sentence in _sentences(text)):
        return True
    subject = " ".join(mail.subject[:200].split())
    about_it = _asks(subject) or _BARE.fullmatch(subject) is not None
    return about_it and not any(_HAS_IT.search(sentence) for sentence in _sentences(text))


def _sentences(text: str) -> list[str]:
    return [" ".join(part.split()) for part in _SENTENCE.split(text) if part.strip()]


def _asks(sentence: str) -> bool:
    wish = _PURPOSE.sub("", sentence)
    return not _HAS_IT.search(wish) and any(pattern.search(wish) for pattern in _ASKS)
