"""English and German; which of them a text is, by a vote of the words that every text of a language has."""

import re
from typing import Final, Literal

Language = Literal["en", "de"]
LANGUAGES: Final = ("en", "de")
LANGUAGE_NAMES: Final = {"en": "English", "de": "Deutsch"}  #: each names itself

_WORD = re.compile(r"[a-zäöüß]+")
_ANY_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 5_000


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GERMAN = _words(
    "aber alle alles als am an auch auf aus bei beim bekomme benötige bin bis bitte da dank danke "
    "dann das dass dem den der des die dies diese dieser doch du ein eine einem einen einer eines er "
    "erhalten es etwas für gibt grüße guten habe haben hallo hat ich ihr ihre ihren im ist ja kann "
    "kein keine können könnt könnte lieber liebe mehr mein meine mich mir mit möchte muss nach nicht "
    "noch nur ob oder ohne sehr sein seit sich sie sind so tag über um und uns unser unsere unter "
    "vielen viele vom von vor wann war warum was wenn wer werden wie wieder wir wird wo wurde zu zum "
    "zur anbei anhang benutzer frage fragen kennwort passwort gesperrt vergessen zusammen geehrte geehrter"
)
_ENGLISH = _words(
    "a about after all an and any are as at attached be been but by can cannot could dear do does "
    "find for from get had has have hello hi how i if in is it its just know let like me missing my "
    "need no not of on or our out please question received regards see should so some still thank "
    "thanks that the their them there these they this to us was we were what when where which who why "
    "will with would you your"
)


_FOREIGN = _words(
    # French, Spanish, Italian, Portuguese, Dutch, Polish, Czech, Turkish, Swedish, Danish
    "je vous nous est pas les une mon ma votre pour bonjour merci comment mot passe compte suis avec puis "
    "el los una mi cómo contraseña cuenta hola gracias para que puedo está mis por favor usted "
    "il che non mio come ciao grazie sono della posso buongiorno "
    "não meu minha senha conta olá obrigado obrigada você uma "
    "het een ik niet mijn hoe wachtwoord graag hallo kunt bedankt "
    "jak się hasło moje konto jest nie proszę dzień dobry dziękuję mogę "
    "jsem heslo můj prosím účet dobrý děkuji "
    "şifre hesap bir için merhaba lütfen teşekkürler şifremi unuttum "
    "hur jag mitt lösenord inte och det är tack hej kan glemt adgangskode ikke min"
) - (_GERMAN | _ENGLISH)
_MOST_FOREIGN_SIGNS = 0.3


def votes(text: str) -> tuple[float, float]:
    """How much speaks for German, and how much for English."""
    words = _WORD.findall(text[:_LONGEST].lower())
    german = sum(word in _GERMAN for word in words) + 0.4 * sum(not word.isascii() for word in words)
    return german, sum(word in _ENGLISH for word in words)


def is_told_by(*texts: str) -> bool:
    """Whether any of them has a word by which its language is known; letters of a name alone are none."""
    return any(german != english and max(german, english) >= 1 for german, english in map(votes, texts))


def language_of(*texts: str) -> str:
    """Return "de" or "en" by the first text that decides; English where none does."""
    for text in texts:
        german, english = votes(text)
        if german != english:
            return "de" if german > english else "en"
    return "en"


def language_on(page: str, text: str) -> str:
    """Of what was written on a page of that language, which counts where the words do not decide."""
    german, english = votes(text)
    return page if german == english else "de" if german > english else "en"


def is_foreign(text: str) -> bool:
    """Whether it is surely neither German nor English."""
    text = text[:_LONGEST].lower()
    letters = [sign for sign in text if sign.isalpha()]
    strange = sum(ord(sign) > 0x24F for sign in letters)  # noqa: PLR2004 - where Latin letters end
    if strange > _MOST_FOREIGN_SIGNS * len(letters):
        return True
    foreign = sum(word in _FOREIGN for word in _ANY_WORD.findall(text))
    ours = sum(word in _GERMAN or word in _ENGLISH for word in _WORD.findall(text))
    return foreign > 1 and foreign > ours
