"""What the blank form says to whoever fills it in: a hint a field, and the page that explains it."""

from typing import Final

from bot.domain.forms import Label

TITLE: Final = Label(
    en="Required Information Spreadsheet", de="Required Information Spreadsheet (Kundendaten)"
)
COMPANY_LEAD: Final = Label(
    en="The company. Fill in the light cells; fields with * are mandatory.",
    de="Die Firma. Bitte die hellen Felder ausfüllen; Felder mit * sind Pflicht.",
)
USERS_LEAD: Final = Label(
    en="One person a row. Columns with * are mandatory; at least one is an Organization Administrator.",
    de="Eine Person je Zeile. Spalten mit * sind Pflicht; mindestens eine ist Organisationsadministrator.",
)
EXAMPLE_LEAD: Final = Label(
    en="The grey row is an example. It is not read and may stay.",
    de="Die graue Zeile ist ein Beispiel und wird nicht gelesen; sie darf stehen bleiben.",
)
CHOOSE: Final = Label(en="Choose from the list", de="Bitte aus der Liste wählen")
NOT_IN_LIST: Final = Label(
    en="This is not in the list. Please choose one of its entries.",
    de="Das steht nicht in der Liste. Bitte wählen Sie einen ihrer Einträge.",
)
NOT_A_NUMBER: Final = Label(
    en="Please enter a whole number, 1 or more.", de="Bitte geben Sie eine ganze Zahl ab 1 ein."
)
FIELD: Final = Label(en="Field", de="Feld")
MEANING: Final = Label(en="What to enter", de="Was einzutragen ist")

COMPANY_HINTS: Final = {
    "name": Label(en="As in the commercial register.", de="Wie im Handelsregister."),
    "street": Label(
        en="Of the headquarters; a PO box will do.", de="Der Hauptsitz; auch ein Postfach ist möglich."
    ),
    "postal_code": Label(en="With leading zeros.", de="Mit führenden Nullen."),
    "city": Label(en="Without the postal code.", de="Ohne Postleitzahl."),
    "state": Label(en="Where the country has them.", de="Wo das Land sie verwendet."),
    "country": Label(
        en="The headquarters' country, from the list.", de="Das Land des Hauptsitzes, aus der Liste."
    ),
    "website": Label(
        en="The company's website or imprint, e.g. www.example.com.",
        de="Die Webseite oder das Impressum der Firma, z. B. www.example.com.",
    ),
    "vat_id": Label(
        en="Channel and service partners must give it; others may write N/A.",
        de="Für Vertriebs- und Servicepartner Pflicht; andere dürfen N/A schreiben.",
    ),
    "partner_type": Label(
        en="What the company is to the sponsor, from the list.",
        de="Was die Firma für den Auftraggeber ist, aus der Liste.",
    ),
    "application": Label(
        en="What the users will open, from the list.", de="Was die Benutzer öffnen sollen, aus der Liste."
    ),
    "seats": Label(
        en="At least one for each user with a phone OTP; spare seats may be used later.",
        de="Mindestens einer je Benutzer mit Phone OTP; freie Plätze können später genutzt werden.",
    ),
    "purchase_order": Label(
        en="Where you have one; it may stay empty.", de="Falls vorhanden; darf leer bleiben."
    ),
    "contact_name": Label(
        en="Who answers questions about this form.", de="Wer Fragen zu diesem Formular beantwortet."
    ),
    "contact_email": Label(en="A personal business address.", de="Eine persönliche geschäftliche Adresse."),
    "contact_phone": Label(
        en="With the country code, e.g. +49 30 23125001. May stay empty.",
        de="Mit Ländervorwahl, z. B. +49 30 23125001. Darf leer bleiben.",
    ),
}

USER_HINTS: Final = {
    "salutation": Label(
        en="From the list, or what the person prefers.", de="Aus der Liste, oder wie die Person es wünscht."
    ),
    "first_name": Label(en="As in the passport.", de="Wie im Ausweis."),
    "last_name": Label(en="As in the passport.", de="Wie im Ausweis."),
    "email": Label(
        en="The person's own business address; invitations and keys go there.",
        de="Die eigene geschäftliche Adresse der Person; Einladungen und Schlüssel gehen dorthin.",
    ),
    "phones": Label(
        en="With the country code, e.g. +49 151 23456789. One is needed, two are recommended, three at most: "
        "the login codes go there.",
        de="Mit Ländervorwahl, z. B. +49 151 23456789. Eine ist nötig, zwei sind empfohlen, höchstens drei: "
        "Dorthin gehen die Anmeldecodes.",
    ),
    "job_title": Label(
        en="The person's function in the company.", de="Die Funktion der Person in der Firma."
    ),
    "role": Label(
        en="Organization Administrator: accepts the invitation, creates users. Application Administrator: "
        "accepts an application's terms. User: works with it.",
        de="Organisationsadministrator: nimmt die Einladung an, legt Benutzer an. Anwendungsadministrator: "
        "nimmt Nutzungsbedingungen an. Benutzer: arbeitet damit.",
    ),
    "credential": Label(
        en="Phone OTP: codes by phone. FIS MLOA hardware: the person has a certificate already.",
        de="Phone OTP: Codes per Telefon. FIS-MLOA-Hardware: Die Person hat bereits ein Zertifikat.",
    ),
}

ABOUT: Final = (
    Label(
        en="This form holds one company and its users. Send it back as a spreadsheet, by mail.",
        de="Dieses Formular fasst eine Firma und ihre Benutzer. Senden Sie es als Tabelle per Mail zurück.",
    ),
    Label(
        en="It is complete when every field with * is filled in, at least one user is an Organization "
        "Administrator, and there is a seat for each user with a phone OTP.",
        de="Es ist vollständig, wenn jedes Feld mit * ausgefüllt ist, mindestens ein Benutzer "
        "Organisationsadministrator ist und jeder Benutzer mit Phone OTP einen Platz hat.",
    ),
    Label(
        en="If something is missing, you get one answer that names every cell concerned.",
        de="Fehlt etwas, erhalten Sie eine Antwort, die jede betroffene Zelle nennt.",
    ),
)
