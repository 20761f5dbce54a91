"""What purchasing departments call the fields, and how they write roles, credentials and partner types."""

import random

EN = {
    "name": "Company legal name|Legal entity|Registered company name|Name of customer|Business name"
    "|Corporate name|Name of organisation|Customer name (legal)",
    "street": "Street and no.|Registered address (street)|Address line 1|Street name and number"
    "|Street & no. / PO box",
    "city": "Town|City / Town|Municipality|City",
    "postal_code": "ZIP|Zip Code|Postcode|Post code",
    "state": "State / County|Province / State|County|US state",
    "country": "Country of registration|Country (HQ)|Country|Country of incorporation",
    "website": "Company URL|Homepage|Internet address|Web page|Company web site",
    "vat_id": "VAT reg. no.|VAT registration number|EU VAT no.|VAT number (n/a if none)|Tax ID (VAT)",
    "partner_type": "Partner category|Type of business relationship|Partner status"
    "|Partner class|Kind of partner",
    "seats": "# of licences|No. of licences|Licenses required|Seat count|How many seats?"
    "|License qty|Licences needed",
    "purchase_order": "PO no.|Purchase order no.|PO ref.|Purchase order / voucher|P.O. number",
    "application": "Application needed|Software requested|Application / service"
    "|Requested tool|Which application?",
    "contact_name": "Point of contact|Main contact|Primary contact person|Your contact",
    "contact_email": "Contact person's e-mail|POC email|Email of contact person|Main contact: e-mail",
    "contact_phone": "POC phone|Contact person's phone|Tel. of contact person|Main contact: phone",
    "salutation": "Mr/Ms|Form of address|Courtesy title|Mr./Mrs.",
    "first_name": "Forename|Given name(s)|First|Christian name",
    "last_name": "Surname|Family name|Last",
    "email": "Business email|Work e-mail|E-mail addr.|Mail|Login e-mail",
    "phone1": "Mobile|Cell phone|Mobile no.|Phone for OTP|Cell",
    "phone2": "Landline|Direct line|Office phone|Desk phone|2nd phone",
    "phone3": "Other phone|3rd phone",
    "job_title": "Position|Function|Designation|Job|Occupation",
    "role": "Access role|User role|Access level|Permission level|Role in the system",
    "credential": "Second factor|Login method|MFA type|Type of credential|Authentication method|Token type",
    "number": "#|No.|Item",
    "users": "User list|People who need access|Named users",
    "company": "Customer data|Company details|Part A: organisation",
    "full_name": "Name of user|Full name",
    "name_comma": "Name (last, first)",
    "zip_city": "ZIP / City",
}
DE = {
    "name": "Firmierung|Name des Unternehmens|Kunde (Firma)|Firma lt. Handelsregister"
    "|Gesellschaft|Unternehmensname",
    "street": "Anschrift|Strasse, Nr.|Straße / Hausnr.|Str. u. Hausnummer|Firmenanschrift (Straße)",
    "city": "Ort|Stadt|Sitz (Ort)",
    "postal_code": "PLZ|Postleitzahl|Plz.",
    "state": "Bundesland / Kanton|Kanton|Bundesland|Bundesland/Provinz",
    "country": "Sitzland|Staat|Land|Land (Hauptsitz)",
    "website": "Homepage|Internetauftritt|Web-Adresse|Website/Impressum|Internet",
    "vat_id": "UID-Nummer|Umsatzsteuer-Identifikationsnummer|USt.-ID-Nr.|UID (oder N/A)|Ust-Id",
    "partner_type": "Partnerstatus|Partnerkategorie|Art des Partners|Art der Geschäftsbeziehung",
    "seats": "Benötigte Lizenzen|Lizenzen|Anzahl der Arbeitsplätze|Lizenzanzahl"
    "|Stückzahl Lizenzen|Anz. Lizenzen",
    "purchase_order": "Bestell-Nr.|PO-Nr.|Bestellreferenz|Gutschein-/Bestellnummer|Unsere Bestellnummer",
    "application": "Gewünschte Software|Applikation|Gewünschtes System|Benötigte Anwendung",
    "contact_name": "Kontaktperson|Ansprechpartner Name|Verantwortliche Person|Ansprechperson",
    "contact_email": "Ansprechpartner E-Mail|Mail Kontaktperson|E-Mail der Ansprechperson",
    "contact_phone": "Ansprechpartner Tel.|Rufnummer Kontaktperson|Telefon der Ansprechperson",
    "salutation": "Hr./Fr.|Anrede|Herr/Frau",
    "first_name": "Rufname|Vorname|Vorname(n)",
    "last_name": "Familienname|Zuname|Nachname",
    "email": "Mailadresse|E-Mail (dienstl.)|eMail|E-Mail geschäftlich",
    "phone1": "Handynr.|Mobil|Mobiltelefon|Handy (dienstl.)",
    "phone2": "Durchwahl|Festnetz|Tel. Büro|Telefon dienstl.",
    "phone3": "Weitere Rufnummer|Ausweichnummer",
    "job_title": "Tätigkeit|Stelle|Berufsbezeichnung|Funktion im Unternehmen|Position",
    "role": "Berechtigung|Benutzerrolle|Zugriffsrolle|Berechtigungsstufe|Rolle im System",
    "credential": "Zweiter Faktor|Anmeldeverfahren|Login-Verfahren|Authentifizierung|Zugangsart|Token-Art",
    "number": "Nr.|Lfd. Nr.|Pos.",
    "users": "Benutzerliste|Mitarbeiter mit Zugang|Nutzer",
    "company": "Stammdaten|Angaben zum Unternehmen|Teil A: Kunde",
    "full_name": "Vor- und Zuname|Vollständiger Name",
    "name_comma": "Name, Vorname",
    "zip_city": "PLZ / Ort",
}
WRITTEN = {
    "en": {
        "Mr": "Mr|Mr.", "Ms": "Ms|Mrs|Ms.|Mrs.",
        "organization_administrator": "Organization Administrator|Org. Admin|Organisation Admin"
        "|Org administrator",
        "application_administrator": "Application Administrator|App Admin|Application admin",
        "user": "User|Standard user|End user|Regular user",
        "phone_otp": "Phone OTP|OTP by phone|One-time password (phone)|Phone",
        "mloa_hardware": "FIS MLOA hardware|MLOA|Hardware certificate (MLOA)",
        "channel_partner": "Channel partner|Channel", "service_partner": "Service partner|Service",
        "customer": "Customer|End customer", "supplier": "Supplier|Vendor", "other": "Other",
    },
    "de": {
        "Mr": "Herr|Hr.", "Ms": "Frau|Fr.",
        "organization_administrator": "Organisationsadministrator|Org.-Admin|Organisations-Admin|Orgadmin",
        "application_administrator": "Anwendungsadministrator|App-Admin|Anwendungs-Admin",
        "user": "Benutzer|Anwender|Standardbenutzer|Nutzer",
        "phone_otp": "Telefon-OTP|OTP per Telefon|Einmalpasswort (Telefon)|Telefon",
        "mloa_hardware": "FIS-MLOA-Hardware|MLOA|Hardware-Zertifikat (MLOA)",
        "channel_partner": "Vertriebspartner|Channel-Partner",
        "service_partner": "Servicepartner|Service-Partner",
        "customer": "Kunde|Endkunde", "supplier": "Lieferant|Zulieferer",
        "other": "Sonstige|Sonstiges|Andere",
    },
}  # fmt: skip
#: a contact's fields below a heading "Contact" need no more than this
SHORT = {
    "en": {
        "contact_name": "Name",
        "contact_email": "E-mail",
        "contact_phone": "Phone",
        "block": "Contact person",
    },
    "de": {
        "contact_name": "Name",
        "contact_email": "Mail",
        "contact_phone": "Telefon",
        "block": "Ansprechpartner",
    },
    "bi": {
        "contact_name": "Name",
        "contact_email": "E-Mail",
        "contact_phone": "Phone / Telefon",
        "block": "Contact / Kontakt",
    },
}


class Wording:
    """One department's words: each field has one label throughout its form."""

    def __init__(self, lang: str, luck: random.Random) -> None:
        self.lang, self._luck = lang, luck
        self._end = luck.choice(("", "", ":", " *", " :"))
        self._joint = luck.choice((" / ", " \N{EN DASH} ", "\n"))
        self._chosen: dict[str, str] = {}

    def label(self, field: str) -> str:
        if field not in self._chosen:
            en, de = (self._luck.choice(words[field].split("|")) for words in (EN, DE))
            both = f"{en}{self._joint}{de}"
            self._chosen[field] = {"en": en, "de": de, "bi": both}[self.lang]
        return self._chosen[field] + self._end

    def say(self, field: str, label: str) -> None:
        self._chosen[field] = label

    def title(self, field: str) -> str:
        return self.label(field).removesuffix(self._end)

    def written(self, value: str) -> str:
        lang = self._luck.choice(("en", "de")) if self.lang == "bi" else self.lang
        return self._luck.choice(WRITTEN[lang][value].split("|")) if value in WRITTEN[lang] else value
