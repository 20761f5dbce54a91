"""How strangers head their phones, and how they write roles, credentials, partner types and salutations."""

from typing import Final

#: Headings of up to three phones that belong together: with numbers, which count wherever they stand, or
#: without, where the order of the columns counts.
NUMBERED_PHONES: Final = {
    "en": (
        "Phone 1|Phone 2|Phone 3",
        "Phone (OTP) 1|Phone (OTP) 2|Phone (OTP) 3",
        "1st phone|2nd phone|3rd phone",
        "Primary phone for OTP|Second phone|Third phone",
        "Phone|Phone 2|Phone 3",
        "Mobile|Backup phone|Phone 3",
        "Mobile 1|Mobile 2|Mobile 3",
        "Phone|Alternative phone|Third phone",
        "OTP phone 1|OTP phone 2|OTP phone 3",
    ),
    "de": (
        "Telefon 1|Telefon 2|Telefon 3",
        "1. Telefonnummer|2. Telefonnummer|3. Telefonnummer",
        "Tel. 1|Tel. 2|Tel. 3",
        "Mobiltelefon|Ersatztelefon|Telefon 3",
        "Handy|Telefon 2|Telefon 3",
        "Rufnummer 1|Rufnummer 2|Rufnummer 3",
        "Erste Telefonnummer|Zweite Telefonnummer|Dritte Telefonnummer",
    ),
    "fr": ("Téléphone 1|Téléphone 2|Téléphone 3",),
    "nl": ("Telefoon 1|Telefoon 2|Telefoon 3",),
    "it": ("Telefono 1|Telefono 2|Telefono 3",),
    "es": ("Teléfono 1|Teléfono 2|Teléfono 3",),
}
PLAIN_PHONES: Final = {
    "en": (
        "Mobile|Landline|Other phone",
        "Cell phone|Office phone|Home phone",
        "Mobile no.|Desk phone|Further phone",
        "Mobile phone number|Direct line|Additional phone",
        "Phone for OTP|Backup number for OTP|Third number",
    ),
    "de": (
        "Handy|Festnetz|Weitere Rufnummer",
        "Mobil|Durchwahl|Ausweichnummer",
        "Diensthandy|Tel. Büro|Weiteres Telefon",
        "Handynummer|Telefon (Festnetz)|Zusätzliche Rufnummer",
        "Mobilnr.|Festnetznr.|Ersatznummer",
    ),
    "fr": ("Portable|Téléphone fixe|Autre téléphone",),
    "nl": ("Mobiel|Vaste telefoon|Extra telefoon",),
    "it": ("Cellulare|Telefono fisso|Altro telefono",),
    "es": ("Móvil|Teléfono fijo|Otro teléfono",),
}

#: How each choice is written; "" is for every language.
WRITTEN: Final[dict[str, dict[str, str]]] = {
    "organization_administrator": {
        "": (
            "Organization Administrator|Organisation Administrator|Org Admin|OrgAdmin"
            "|Org. Administrator|Organization Admin|Organisation admin"
        ),
        "de": "Organisationsadministrator|Organisations-Admin|Org.-Admin|Firmenadministrator",
    },
    "application_administrator": {
        "": ("Application Administrator|App Admin|Application admin|App. Administrator|AppAdmin"),
        "de": "Anwendungsadministrator|App-Admin|Administrator (Anwendung)",
    },
    "user": {
        "": "User|user|Standard user|End user|Normal user|Regular user|Member|Basic user",
        "de": ("Benutzer|Anwender|Standardbenutzer|Nutzer|normaler Benutzer|Standard-User|Endanwender"),
        "fr": "Utilisateur",
        "nl": "Gebruiker",
        "it": "Utente",
        "es": "Usuario",
    },
    "phone_otp": {
        "": (
            "Phone OTP|OTP|Phone One-Time Password (OTP)|SMS code|OTP by phone|Phone|SMS"
            "|One-time password (phone)|OTP (SMS)|Mobile OTP"
        ),
        "de": (
            "Telefon-OTP|OTP per Telefon|Einmalpasswort (Telefon)|SMS-Code|Handy-OTP|Einmalkennwort per SMS"
        ),
    },
    "mloa_hardware": {
        "": (
            "FIS MLOA Hardware|MLOA Hardware|FIS MLOA hardware certificate|MLOA"
            "|Hardware certificate|FIS Medium Level of Assurance hardware certificate"
            "|MLOA token|Hardware token (MLOA)|Smart card"
        ),
        "de": "FIS-MLOA-Hardware|Hardware-Zertifikat (MLOA)|MLOA-Zertifikat|Hardware-Token",
    },
    "channel_partner": {
        "": "Channel partner|Channel|Reseller|Sales partner",
        "de": "Vertriebspartner|Channel-Partner",
    },
    "service_partner": {
        "": "Service partner|Service provider",
        "de": "Servicepartner|Service-Partner|Dienstleister",
    },
    "customer": {
        "": "Customer|End customer",
        "de": "Kunde|Endkunde",
        "fr": "Client",
        "nl": "Klant",
        "it": "Cliente",
        "es": "Cliente",
    },
    "supplier": {
        "": "Supplier|Vendor",
        "de": "Lieferant|Zulieferer",
        "fr": "Fournisseur",
        "nl": "Leverancier",
        "it": "Fornitore",
        "es": "Proveedor",
    },
    "other": {
        "": "Other",
        "de": "Sonstige|Andere|Sonstiges",
        "fr": "Autre",
        "nl": "Overig",
        "it": "Altro",
        "es": "Otro",
    },
    "Mr": {
        "": "Mr|Mr.",
        "de": "Herr|Hr.",
        "fr": "M.|Monsieur",
        "nl": "Dhr.|De heer",
        "it": "Sig.",
        "es": "Sr.",
    },
    "Ms": {
        "": "Ms|Mrs|Ms.",
        "de": "Frau|Fr.",
        "fr": "Mme|Madame",
        "nl": "Mevr.|Mevrouw",
        "it": "Sig.ra",
        "es": "Sra.",
    },
}
