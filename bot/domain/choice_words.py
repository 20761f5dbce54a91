"""What people write for a role, a credential, a partner type or a salutation, in words of their own."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from bot.domain import forms
from bot.domain.plain_words import folded, words_in
from bot.domain.ris import Credential, PartnerType, Role

_TOKEN: Final = re.compile(r"[a-z0-9]+")
_LONGEST: Final = 80

#: A word stands for an idea, "" for one that adds nothing; a text with any other word is not understood.
Ideas = Mapping[str, str]


def _ideas(**said: str) -> Ideas:
    return {word: idea.strip("_") for idea, words in said.items() for word in folded(words).split()}


_ROLE_WORDS: Final = _ideas(
    admin="""admin admins administrator administratorin administrators adm administration verwalter
        verwalterin beheerder administrateur administratore administrador""",
    org="""org organization organisation organisations organizations organizational organisatie
        organizacji organizacion organizzazione firma firmen company unternehmen unternehmens""",
    app="""app application applications applikation applikations anwendung anwendungs aplikacji
        applicazione applicatie aplicacion toepassings""",
    user="""user users benutzer benutzerin anwender anwenderin nutzer nutzerin enduser endanwender
        endbenutzer mitarbeiter member mitglied teilnehmer utilisateur gebruiker uzytkownik utente
        usuario employee standardbenutzer standardanwender standardnutzer standarduser normaluser
        normalbenutzer enduser endnutzer""",
    orgadmin="""orgadmin orgadministrator organisationsadmin organisationsadministrator
        organisationsadministratorin organizationadministrator organisationadministrator
        organisationsverwalter firmenadmin firmenadministrator unternehmensadministrator companyadmin""",
    appadmin="""appadmin appadministrator anwendungsadmin anwendungsadministrator
        anwendungsadministratorin applikationsadmin applikationsadministrator applicationadministrator
        anwendungsverwalter""",
    _="""standard normal normaler normale regular regularer simple einfacher einfach end basic default
        forumpass mag the of der die das de d l for fur role rolle only nur mit rechten ohne
        in a an und gewohnlicher""",
)
_CREDENTIAL_WORDS: Final = _ideas(
    phone="""otp sms phone telefon tel handy mobile mobil mobiltelefon telephone cell tan handytan
        smstan mtan smsotp phoneotp telefonotp smscode einmalpasswort einmalkennwort einmalcode onetime
        time einmal passcode telefoon telefono telefoniczny telefonisch anruf call voice textnachricht
        handyotp mobilotp mobiletan smspasscode""",
    hard="""mloa hardware hw certificate certificates zertifikat smartcard smartcards chipkarte token
        hardwarezertifikat hardwaretoken hardwarekey fismloa mloahardware karte card usb""",
    _="""fis medium level of assurance one password passwort per via by with mit code codes message
        nachricht for fur only nur auf das the an my mein smart based basiertes nummer number e g typ
        type credential authentication authentifizierung and verfahren kennwort pin text auth 2fa mfa
        login dynamic factor second faktor zweiter certificat materiel certyfikat certificaat sprzetowy
        certificado certificato""",
)
_PARTNER_WORDS: Final = _ideas(
    channel="""channel reseller resellers distributor distribution vertriebspartner vertrieb
        handelspartner handler fachhandler wiederverkaufer kanal kanalpartner channelpartner resale
        vertriebs sales handels fachhandelspartner revendeur wederverkoper rivenditore distribuidor
        distributeur var sell""",
    service="""service services servicepartner dienstleister dienstleistung dienstleistungs
        dienstleistungspartner serviceanbieter wartungspartner prestataire dienstverlener servizi
        servicios uslugodawca servizio servicio uslugowy""",
    customer="""customer customers kunde kunden kundin endkunde client endcustomer endkunden klient
        klant cliente bestandskunde neukunde kundenunternehmen""",
    supplier="""supplier suppliers lieferant lieferanten zulieferer vendor zulieferant vorlieferant
        fournisseur leverancier dostawca fornitore proveedor lieferfirma""",
    other="""other others andere anderes anderer sonstige sonstiges sonstiger misc weitere autre autres
        overig anders inny inne altro altri otro otros weder neither""",
    _="""partner partners partenaire partnera di de of the end neuer new external extern externer
        fujitsu type typ provider our unser und through value added anbieter socio direct direkt
        direkter bitte""",
)
_SALUTATIONS: Final = {
    "Mr": """mr herr hr hrn herrn m mister sir monsieur mnr dhr de_heer pan sig signor sr senor herr_mr
        mr_herr male mannlich""",
    "Ms": """ms mrs miss frau fr mme madame mlle mevrouw mevr mw pani sig_ra sigra signora sra senora
        mrs_ms frau_ms ms_frau madam weiblich female fraulein ms_mrs w""",
    "Mx": "mx divers diverse d neutral enby keine_angabe nonbinary non_binary",
}  # fmt: skip
_TITLES: Final = words_in("""
    dr prof dipl ing med phil rer nat h c mba msc bsc professor doctor
""")
_YES: Final = words_in("""
    x xx ✓ ✔ ☑ ☒ ✗ ✘ yes y ja j true 1 wahr oui si tak da ok checked • ● *
""")
_NO: Final = words_in("""
    no n nein false 0 falsch non nie nee - \u2013 \u2014 ☐ □ o none
""")


def _read(text: str, words: Ideas) -> frozenset[str] | None:
    """The ideas in a text, or None where one of its words is not known."""
    if len(text) > _LONGEST:
        return None
    tokens = _TOKEN.findall(folded(text))
    if not tokens or not all(token in words or token.isdigit() for token in tokens):
        return None
    return frozenset(words.get(token, "") for token in tokens) - {""}


@lru_cache(maxsize=1024)
def role_of(text: str) -> str | None:
    """The role a text means; an administrator of nothing in particular is none."""
    known = forms.meant(forms.ROLES, text)
    ideas = frozenset[str]() if known else _read(text, _ROLE_WORDS)
    if known or not ideas:
        return known
    org = "orgadmin" in ideas or {"org", "admin"} <= ideas
    app = "appadmin" in ideas or {"app", "admin"} <= ideas
    if org or app:
        return (
            None
            if org and app
            else Role.ORGANIZATION_ADMINISTRATOR
            if org
            else Role.APPLICATION_ADMINISTRATOR
        )
    return Role.USER if "user" in ideas and "admin" not in ideas else None


@lru_cache(maxsize=1024)
def credential_of(text: str) -> str | None:
    """The credential a text means; one that names both kinds is none."""
    known = forms.meant(forms.CREDENTIALS, text)
    ideas = frozenset[str]() if known else _read(text, _CREDENTIAL_WORDS)
    if known or not ideas:
        return known
    if ideas == {"phone"}:
        return Credential.PHONE_OTP
    return Credential.MLOA_HARDWARE if ideas == {"hard"} else None


@lru_cache(maxsize=1024)
def partner_type_of(text: str) -> str | None:
    known = forms.meant(forms.PARTNER_TYPES, text)
    ideas = frozenset[str]() if known else _read(text, _PARTNER_WORDS)
    if known or not ideas or len(ideas) > 1:
        return known
    return {
        "channel": PartnerType.CHANNEL_PARTNER,
        "service": PartnerType.SERVICE_PARTNER,
        "customer": PartnerType.CUSTOMER,
        "supplier": PartnerType.SUPPLIER,
        "other": PartnerType.OTHER,
    }[next(iter(ideas))]


@lru_cache(maxsize=1)
def _salutation_words() -> dict[str, str]:
    return {word.replace("_", " "): meant for meant, words in _SALUTATIONS.items() for word in words.split()}


@lru_cache(maxsize=1024)
def salutation_of(text: str) -> str | None:
    """Mr, Ms or Mx for a salutation in many languages, academic titles left aside; None for another."""
    tokens = [token for token in _TOKEN.findall(folded(text[:_LONGEST])) if token not in _TITLES]
    return _salutation_words().get(" ".join(tokens))


def ticked(text: str) -> bool | None:
    """Whether a box is ticked, or None where the text is no tick at all; a blank one is not."""
    mark = text.strip(" []()").casefold()
    if mark in _YES:
        return True
    return False if not mark or mark in _NO else None


def one_named(text: str, names: Sequence[str]) -> str | None:
    """The one of the names that a text says among words that add nothing: "MAG ForumPass" is ForumPass."""
    words = _TOKEN.findall(folded(text[:_LONGEST]))
    by_words = {tuple(_TOKEN.findall(folded(name))): name for name in names}
    if tuple(words) in by_words:
        return by_words[tuple(words)]
    known = {word for name in by_words for word in name}
    said = tuple(word for word in words if word in known)
    return by_words.get(said) if set(words) - known <= _AROUND_A_NAME else None


_AROUND_A_NAME: Final = words_in("""
    mag the application anwendung access zugang portal system to zu fujitsu app and via im in managed
    gateway exostar applikation
""")
