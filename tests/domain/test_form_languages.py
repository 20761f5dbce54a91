"""Forms in other languages and words, and spreadsheets that are no forms."""

import pytest

from bot.domain.ris import Decision
from tests.domain.hands import GERMAN, MARA_ROW, SAYS, TOM_ROW, Row, only_case, read, sheet

NAMES = list(GERMAN)
#: Labels in the order of GERMAN, then headings of the users.
LABELS = {
    "en": (
        """Legal entity | Address line 1 | Postcode | Town | County | Country of registration | URL | Tax
        ID | Business relationship | Licences required | Order ref. | System requested | Point of
        contact | Contact mail | Contact tel.""",
        """Mr/Mrs | Forename | Surname | Mail address | Cell phone | Landline | Occupation | User type |
        Authentication method""",
    ),
    "both": (
        """Name / Name der Firma | Street / Straße | ZIP / PLZ | City / Ort | State / Bundesland | Country
        / Land | Website / Webseite | VAT ID / USt-IdNr. | Partner type / Partnertyp | Seats / Lizenzen
        | PO number / Bestellnummer | Application / Anwendung | Contact / Ansprechpartner | Contact
        e-mail / E-Mail des Ansprechpartners | Contact phone / Telefon des Ansprechpartners""",
        """Salutation / Anrede | First name / Vorname | Last name / Nachname | E-mail / E-Mail | Phone 1 /
        Telefon 1 | Phone 2 / Telefon 2 | Job title / Funktion | Role / Rolle | Credential /
        Zugangsmittel""",
    ),
    "de": (
        """Unternehmensname | Strasse + Hausnr. | Postleitzahl | Ortschaft | Kanton / Bundesland | Staat |
        Internetauftritt | Umsatzsteuer-Identifikationsnummer | Partnerkategorie | Benötigte Plätze |
        Gutschein-/Bestellnummer | Zielsystem | Kontaktperson | Kontakt-E-Mail | Kontakttelefon""",
        """Anrede | Rufname | Familienname | Geschäftl. Mailadresse | Handynummer | Festnetz | Tätigkeit |
        Berechtigung | Authentifizierung""",
    ),
    "fr": (
        """Raison sociale | Adresse | Code postal | Ville | Région | Pays | Site web | N° TVA | Type de
        partenaire | Nombre de licences | Bon de commande | Application | Personne de contact | E-mail
        du contact | Téléphone du contact""",
        """Civilité | Prénom | Nom | Courriel | Portable | Téléphone fixe | Fonction | Rôle | Moyen
        d'authentification""",
    ),
    "nl": (
        """Bedrijfsnaam | Adres | Postcode | Plaats | Provincie | Land | Website | BTW-nummer | Soort
        partner | Aantal licenties | Bestelnummer | Toepassing | Contactpersoon | E-mail contactpersoon
        | Telefoon contactpersoon""",
        """Aanhef | Voornaam | Achternaam | E-mailadres | Mobiel | Telefoon | Functie | Gebruikersrol |
        Authenticatie""",
    ),
    "pl": (
        """Nazwa firmy | Ulica | Kod pocztowy | Miasto | Województwo | Kraj | Strona internetowa | NIP |
        Rodzaj partnera | Liczba licencji | Zamówienie | Aplikacja | Osoba kontaktowa | E-mail osoby
        kontaktowej | Telefon kontaktowy""",
        """Zwrot | Imię | Nazwisko | Adres e-mail | Telefon komórkowy | Telefon | Stanowisko | Rola |
        Uwierzytelnianie""",
    ),
    "it": (
        """Ragione sociale | Indirizzo | CAP | Città | Provincia | Paese | Sito web | Partita IVA | Tipo di
        partner | Numero di licenze | Ordine d'acquisto | Applicazione | Referente | E-mail referente |
        Telefono referente""",
        """Titolo | Nome | Cognome | Posta elettronica | Cellulare | Telefono | Mansione | Ruolo |
        Autenticazione""",
    ),
    "es": (
        """Razón social | Dirección | Código postal | Ciudad | Provincia | País | Página web | NIF | Tipo
        de socio | Número de licencias | Pedido | Aplicación | Persona de contacto | Correo electrónico
        de contacto | Teléfono de contacto""",
        """Tratamiento | Nombre | Apellidos | Correo electrónico | Móvil | Teléfono | Cargo | Rol |
        Autenticación""",
    ),
}


@pytest.mark.parametrize("language", LABELS)
def test_labels_of_many_languages(language: str) -> None:
    company, users = ([label.strip() for label in text.split("|")] for text in LABELS[language])
    rows: list[Row] = [(label, SAYS[name]) for label, name in zip(company, NAMES, strict=True)]
    case = only_case(sheet([("RIS",), *rows, (), users, MARA_ROW, TOM_ROW]))

    assert [p for p in case.problems if p.severity == "error"] == []
    assert (case.company.name, case.company.state, case.company.purchase_order) == (
        "Nordlicht Werke GmbH",
        "Hamburg",
        "PO-4711",
    )
    assert [user.last_name for user in case.users] == ["Lindqvist", "Öztürk"]
    assert [heading for heading in case.headings if not heading.sure] == []


NO_FORMS: dict[str, list[Row]] = {
    "price list": [
        ("Kunde", "Nordlicht Werke GmbH"),
        ("Pos.", "Artikel", "Beschreibung", "Menge", "Preis EUR"),
        (1.0, "LB-9", "LIFEBOOK", 3.0, 1299.0),
        (2.0, "RX-2", "PRIMERGY", 1.0, 4999.0),
    ],
    "participants": [
        ("Teilnehmerliste Webinar ForumPass",),
        ("Nr.", "Anrede", "Name", "Vorname", "Firma", "E-Mail", "Telefon"),
        (1.0, "Frau", "Lindqvist", "Mara", "Nordlicht", "mara@nordlicht.example.com", "030 23125010"),
        (2.0, "Herr", "Öztürk", "Tom", "Nordlicht", "tom.oeztuerk@nordlicht.example.com", "030 23125011"),
    ],
    "invoice": [
        ("Rechnung 4711",),
        ("Firma", "Nordlicht Werke GmbH"),
        ("Straße", "Hafenstraße 12"),
        ("PLZ / Ort", "20457 Hamburg"),
        ("Land", "Deutschland"),
        ("USt-IdNr.", "DE136695976"),
        ("Ansprechpartner", "Mara Lindqvist"),
        ("E-Mail", "mara.lindqvist@nordlicht.example.com"),
        ("Bestellnummer", "PO-4711"),
        (),
        ("Pos.", "Artikel", "Anzahl", "Einzelpreis", "Gesamt"),
        (1.0, "ForumPass Lizenz", 2.0, 120.0, 240.0),
    ],
    "holidays": [
        ("Urlaubsplanung 2025",),
        ("Mitarbeiter", "Abteilung", "Januar", "Februar", "März"),
        ("Mara Lindqvist", "IT", "1-5", None, "x"),
        ("Tom Öztürk", "Technik", None, "3-9", None),
    ],
    "telephone list": [
        ("Vorname", "Nachname", "Durchwahl", "Mobil", "E-Mail", "Funktion"),
        ("Mara", "Lindqvist", "030 23125010", "0151 23456789", "mara.lindqvist@nordlicht.example.com", "IT"),
    ],
    "customers": [
        ("Company", "Street", "ZIP", "City", "Country", "Website", "Contact", "E-mail", "Phone"),
        ("Nordlicht", "20457", "Hamburg", "DE", "nordlicht.example.com", "M", "m@n.example.org", "1"),
    ],
    "shifts": [("Name", "Rolle", "Mo", "Di"), ("Mara", "Leitung", "F", "S"), ("Tom", "Technik", "S", "F")],
    "nothing": [],
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_FORMS)
def test_other_spreadsheets_are_no_forms(kind: str) -> None:
    assert read(sheet(NO_FORMS[kind])).decision is Decision.NOT_A_RIS
