"""What strangers call the fields of a form, and how they write roles, credentials and countries."""

from typing import Final

LABELS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "name": (
            "Company name|Company|Legal entity|Organisation|Name of company|Firm"
            "|Customer name|Legal name|Full legal name of company|Registered company name"
            "|Trading name|Name of customer|Company (legal name)|Business name"
            "|Name of organization|Company name as registered|Employer|Name of firm"
        ),
        "street": (
            "Street|Street address|Street / PO box|Address line 1|Address|Street and number"
            "|Street & No.|Mailing address|Registered address (street)|Business address"
            "|Postal address|Street, house number|Office address|Company address"
        ),
        "city": "City|City/Town|Town|Town / City|Municipality|Place|City name|Locality",
        "postal_code": (
            "Postal code|ZIP / postal code|ZIP code|Postcode|ZIP|Post code|Postal / ZIP code|Zip-Code"
        ),
        "state": (
            "State|State / province|State/County|Province|County|State or region|Federal state|US state"
        ),
        "country": (
            "Country|Country/region|Country (HQ)|Country of headquarters"
            "|Country of registration|Country code|Country of incorporation|Nation"
        ),
        "website": (
            "Website|Web site (URL)|Company website|Company website / imprint|Homepage|URL"
            "|Web address|Internet|Web|Corporate website|Link to website|Company web page"
        ),
        "vat_id": (
            "VAT ID|VAT number|VAT no. (or N/A)|VAT registration number|VAT|Tax ID (VAT)"
            "|EU VAT ID|VAT identification number|Company VAT no.|VAT-ID / Tax number"
            "|VAT Reg No|Tax identification number"
        ),
        "partner_type": (
            "Partner type|Type of partner|Relationship to Fujitsu|Partner category"
            "|Kind of partner|Type of partnership|Relationship with us|Type of relationship"
            "|Business relationship|Partner classification"
        ),
        "seats": (
            "Seats|Number of seats|No. of seats ordered|Seats ordered|Number of licenses"
            "|Licences|# of seats|Quantity|How many users?|Required seats"
            "|Total number of licences|Qty of seats|Number of users|No. of user licences"
            "|Accounts needed|Licence count"
        ),
        "purchase_order": (
            "PO number|PO / voucher reference|Voucher code / PO no.|Purchase order|PO"
            "|Order reference|Purchase order no.|PO#|Your PO reference|Order no."
            "|Voucher reference|Purchase order ref"
        ),
        "application": (
            "Application|Requested application|Application to access|App|Service requested"
            "|Application name|Access to application|System|Tool"
            "|Which application do you need?|Desired application"
        ),
        "contact_name": (
            "Contact person|Contact name|Contact|Main contact|Point of contact|Contact: name"
            "|Name of contact person|Primary contact|Your contact|Contact person (name)"
            "|Responsible person|Contact person for questions|Name of contact"
        ),
        "contact_email": (
            "Contact e-mail|Contact email address|E-mail of contact|Contact email"
            "|E-mail (contact)|Contact person's e-mail|Contact: e-mail"
            "|Email of contact person|Main contact email"
        ),
        "contact_phone": (
            "Contact phone|Phone of contact|Contact telephone|Contact phone number"
            "|Telephone (contact)|Contact: phone|Contact person tel.|Contact mobile"
            "|Phone contact person"
        ),
        "salutation": ("Salutation|Title (Mr/Ms)|Mr/Ms|Form of address|Mr / Mrs / Ms|Courtesy title|Mr./Ms."),
        "first_name": (
            "First name|Forename|Given name|First|First name(s)|Given name(s)|FirstName|Name (first)"
        ),
        "last_name": (
            "Last name|Family name|Surname|Last|LastName|Family name(s)|Name (last)|Last name / surname"
        ),
        "email": (
            "E-mail|E-mail address (business)|Email address|Business e-mail|Email|Work email"
            "|E-mail ID|Company e-mail|Mail address|User e-mail|Personal business e-mail"
            "|Email (business only)"
        ),
        "job_title": (
            "Job title|Function / job title|Position|Function|Job function|Position / title"
            "|Job|Occupation|Designation|Position in the company|Business title"
        ),
        "role": (
            "Role|User role|MAG role|Access role|Permission|Role (admin/user)|Access level"
            "|User type|Role in ForumPass|Requested role|Permissions|Authorisation"
            "|Administrator or user?"
        ),
        "credential": (
            "Credential|Credential type|2FA credential|Authentication method|Second factor"
            "|MFA method|Type of credential|Login method|2FA method|Strong authentication"
            "|OTP or MLOA?|Two-factor method"
        ),
        "full_name": ("Full name|Name|Name of user|First and last name|Name and surname|User|Employee name"),
        "name_comma": (
            "Name (last name, first name)|Last name, first name|Surname, first name|Name (last, first)"
        ),
        "zip_city": "ZIP / City|Postal code, city|ZIP and town|Postcode & city",
        "number": "No.|#|Item|Nr.|User no.",
        "users": "Users|User list|List of users|Persons|People who need access|User accounts",
        "company": ("Company data|Company details|Customer|1. Company|Part A: company|Organisation details"),
        "contact": "Contact person|Contact|Main contact|Contact details",
        "short_name": "Name",
        "short_email": "E-mail",
        "short_phone": "Phone",
        "note": (
            "* mandatory|Please return the completed form by e-mail.|Fields marked with * are required."
        ),
        "title": (
            "Required Information Spreadsheet (RIS)|New customer form|Onboarding ForumPass"
            "|Access request form"
        ),
    },
    "de": {
        "name": (
            "Firma|Firmenname|Unternehmen|Firmenbezeichnung|Firmierung|Name des Unternehmens"
            "|Firmenwortlaut|Name der Firma|Kunde (Firma)|Firma lt. Handelsregister"
            "|Gesellschaft|Organisation|Firmenname (vollständig)|Vollständiger Firmenname"
            "|Name der Organisation|Unternehmensbezeichnung|Betrieb"
        ),
        "street": (
            "Straße|Strasse / Postfach|Straße und Hausnummer|Anschrift|Adresse|Straße/Hausnr."
            "|Straße, Nr.|Firmenanschrift|Str. / Hausnummer|Postanschrift|Straße u. Nr."
            "|Geschäftsadresse|Straße Hausnummer"
        ),
        "city": "Stadt|Ort|Wohnort|Stadt/Ort|Firmensitz (Ort)|Gemeinde|Ortschaft|Ort / Stadt",
        "postal_code": "PLZ|Postleitzahl|Postleitzahl (PLZ)|Plz.",
        "state": (
            "Bundesland|Bundesland / Kanton|Kanton|Provinz|Bundesland/Provinz"
            "|Bundesland (falls vorhanden)|Region"
        ),
        "country": ("Land|Land/Region|Land (Firmensitz)|Staat|Sitzland|Land des Hauptsitzes|Staat / Land"),
        "website": (
            "Webseite|Internetadresse|Unternehmens-Website / Impressum|Homepage|Internet|Web"
            "|Internetseite|Webadresse|Firmenwebsite|Internetauftritt|Link Website"
            "|Firmenhomepage"
        ),
        "vat_id": (
            "Ust.-IdNr.|USt-ID (sonst N/A)|Umsatzsteuer-ID|USt-IdNr.|UID-Nummer|USt.-ID|UID"
            "|Umsatzsteuer-Identifikationsnummer|MwSt-Nr.|USt-Identnummer"
            "|Umsatzsteuer-Ident-Nr.|Steuer-ID (USt.)"
        ),
        "partner_type": (
            "Partnertyp|Partnerart|Art der Partnerschaft|Art des Partners"
            "|Beziehung zu Fujitsu|Geschäftsbeziehung|Partnerkategorie|Typ des Partners"
            "|Partnerstatus|Art der Beziehung"
        ),
        "seats": (
            "Anzahl Lizenzen|Anzahl Plätze (Seats)|Anzahl der Zugänge|Lizenzen|Anzahl Nutzer"
            "|Benötigte Zugänge|Anzahl Seats|Lizenzanzahl|Anzahl der benötigten Lizenzen"
            "|Anzahl Benutzer|Benötigte Lizenzen (Anzahl)|Anzahl Arbeitsplätze|Plätze"
            "|Nutzerzahl|Zahl der Lizenzen"
        ),
        "purchase_order": (
            "Bestellnummer|PO- / Voucher-Nummer|Bestell-Nr. / Voucher|Bestellreferenz"
            "|Auftragsnummer|Voucher-Nr.|Ihre Bestellnummer|Bestellzeichen|Bestellung Nr."
            "|Gutscheinnummer|Einkaufsbestellung"
        ),
        "application": (
            "Anwendung|Gewünschte Anwendung|Applikation|Benötigte Anwendung|Zielsystem|System"
            "|Welche Anwendung?|Anwendung / System|Beantragte Anwendung|Zugang zu (Anwendung)"
        ),
        "contact_name": (
            "Ansprechpartner|Kontaktperson|Kontakt|Ansprechpartner (Name)"
            "|Name Ansprechpartner|Ansprechperson|Name der Kontaktperson|Ansprechpartner/in"
            "|Verantwortlicher|Ihr Ansprechpartner|Ansprechpartner für Rückfragen"
            "|Hauptansprechpartner"
        ),
        "contact_email": (
            "E-Mail Ansprechpartner|E-Mail-Adresse (Kontakt)|Kontakt-E-Mail"
            "|Mail Ansprechpartner|Ansprechpartner E-Mail|E-Mail des Ansprechpartners"
            "|E-Mail Kontaktperson|Kontaktmail"
        ),
        "contact_phone": (
            "Telefon Ansprechpartner|Tel. (Kontakt)|Telefon (Kontakt)|Kontakt-Telefon"
            "|Rufnummer Ansprechpartner|Ansprechpartner Telefon"
            "|Telefonnummer des Ansprechpartners|Kontakttelefon"
        ),
        "salutation": "Anrede|Anrede (Hr./Fr.)|Herr/Frau|Hr./Fr.|Anrede (Herr/Frau/Divers)",
        "first_name": "Vorname|Rufname|Vorname(n)|Vornamen|Vor-Name",
        "last_name": "Nachname|Familienname|Name|Zuname|Nachname(n)|Name (Nachname)",
        "email": (
            "E-Mail-Adresse|Mailadresse|E-Mail|geschäftliche E-Mail|Mail|E-Mail (dienstlich)"
            "|Dienstliche E-Mail|E-Mail-Adresse (geschäftlich)|E-Mail geschäftl."
            "|Firmen-E-Mail|eMail-Adresse|Dienstmail"
        ),
        "job_title": (
            "Funktion|Funktion / Job-Titel|Position|Stellenbezeichnung|Tätigkeit|Stelle|Beruf"
            "|Berufsbezeichnung|Funktion im Unternehmen|Aufgabe / Funktion|Dienststellung"
            "|Jobtitel"
        ),
        "role": (
            "Rolle|Benutzerrolle|MAG-Rolle|Berechtigung|Zugriffsrolle|Rolle (Admin/Benutzer)"
            "|Berechtigungsstufe|Rolle im System|Nutzerrolle|Gewünschte Rolle|Benutzertyp"
            "|Rolle in ForumPass|Zugriffsrecht"
        ),
        "credential": (
            "Credential-Typ|Art des Credentials|Zugangsmittel|Zweiter Faktor"
            "|Authentifizierung|2FA|Anmeldeverfahren|2. Faktor|Zwei-Faktor-Verfahren"
            "|Authentifizierungsmethode|OTP oder MLOA|Anmeldeart"
        ),
        "full_name": (
            "Vor- und Nachname|Name|Vollständiger Name|Vorname Nachname|Name des Benutzers|Mitarbeiter"
        ),
        "name_comma": "Name, Vorname|Nachname, Vorname|Name (Nachname, Vorname)|Zuname, Vorname",
        "zip_city": "PLZ / Ort|PLZ, Ort|PLZ Ort|PLZ und Ort|PLZ/Stadt",
        "number": "Nr.|Lfd. Nr.|Pos.|#|lfd. Nummer",
        "users": "Benutzer|Benutzerliste|Liste der Benutzer|Mitarbeiter mit Zugang|Nutzer|Personen",
        "company": "Firma|Unternehmensdaten|Angaben zur Firma|1. Firma|Teil A: Firma|Stammdaten",
        "contact": "Ansprechpartner|Kontakt|Kontaktperson|Kontaktdaten",
        "short_name": "Name",
        "short_email": "E-Mail",
        "short_phone": "Telefon",
        "note": (
            "* Pflichtfeld|Bitte per E-Mail zurücksenden.|Alle mit * markierten Felder sind auszufüllen."
        ),
        "title": (
            "RIS - Required Information Spreadsheet|Stammdatenblatt|Neukundenformular|Onboarding ForumPass"
        ),
    },
    "fr": {
        "name": "Raison sociale|Nom de l'entreprise|Société|Nom de la société",
        "street": "Adresse|Rue|Rue et numéro|Adresse postale",
        "city": "Ville|Localité|Commune",
        "postal_code": "Code postal|CP",
        "state": "Région / État|Département|Canton",
        "country": "Pays|Pays du siège",
        "website": "Site web|Site internet|Site Web de l'entreprise",
        "vat_id": "N° TVA|Numéro de TVA|TVA intracommunautaire|N° de TVA (ou N/A)",
        "partner_type": "Type de partenaire|Type de partenariat|Catégorie de partenaire",
        "seats": "Nombre de licences|Licences|Nombre d'utilisateurs|Nombre de places",
        "purchase_order": "Bon de commande|N° de commande|Référence de commande|Numéro de commande",
        "application": "Application|Application demandée|Application souhaitée",
        "contact_name": "Personne de contact|Interlocuteur|Nom du contact|Contact",
        "contact_email": "E-mail du contact|Courriel du contact|E-mail (contact)",
        "contact_phone": "Téléphone du contact|Tél. du contact|Téléphone (contact)",
        "salutation": "Civilité|M./Mme",
        "first_name": "Prénom|Prénoms",
        "last_name": "Nom|Nom de famille",
        "email": "E-mail|Courriel|Adresse e-mail|Adresse électronique",
        "job_title": "Fonction|Poste|Titre du poste|Intitulé du poste",
        "role": "Rôle|Rôle utilisateur|Droits d'accès|Profil",
        "credential": ("Moyen d'authentification|Authentification|Second facteur|Méthode d'authentification"),
        "full_name": "Nom complet|Prénom et nom",
        "name_comma": "Nom, prénom",
        "zip_city": "Code postal / Ville|Code postal, ville",
        "number": "N°|No",
        "users": "Utilisateurs",
        "company": "Entreprise|Données de l'entreprise",
        "contact": "Contact|Personne de contact",
        "short_name": "Nom",
        "short_email": "E-mail",
        "short_phone": "Téléphone",
        "note": "* obligatoire",
        "title": "Formulaire RIS|Onboarding ForumPass",
    },
    "nl": {
        "name": "Bedrijfsnaam|Naam van het bedrijf|Organisatie|Bedrijf",
        "street": "Straat|Adres|Straat en huisnummer|Straat + nr.",
        "city": "Plaats|Stad|Woonplaats|Vestigingsplaats",
        "postal_code": "Postcode",
        "state": "Provincie",
        "country": "Land|Land van vestiging",
        "website": "Website|Webadres",
        "vat_id": "BTW-nummer|BTW-nr.|BTW-identificatienummer|BTW",
        "partner_type": "Soort partner|Type partner",
        "seats": "Aantal licenties|Aantal gebruikers|Licenties|Aantal plaatsen",
        "purchase_order": "Inkooporder|Bestelnummer|Inkoopordernummer|Ordernummer",
        "application": "Applicatie|Toepassing|Gewenste applicatie|Gewenste toepassing",
        "contact_name": "Contactpersoon|Naam contactpersoon|Contact",
        "contact_email": "E-mail contactpersoon|E-mailadres contactpersoon",
        "contact_phone": "Telefoon contactpersoon|Telefoonnummer contactpersoon",
        "salutation": "Aanhef|Dhr./Mevr.",
        "first_name": "Voornaam|Roepnaam",
        "last_name": "Achternaam|Familienaam",
        "email": "E-mail|E-mailadres|Mailadres",
        "job_title": "Functie|Functietitel|Functieomschrijving",
        "role": "Rol|Gebruikersrol|Rechten",
        "credential": "Authenticatie|Inlogmethode|Tweede factor|Aanmeldmethode",
        "full_name": "Volledige naam|Naam|Voor- en achternaam",
        "name_comma": "Achternaam, voornaam",
        "zip_city": "Postcode / Plaats|Postcode en plaats",
        "number": "Nr.|#",
        "users": "Gebruikers",
        "company": "Bedrijfsgegevens|Bedrijf",
        "contact": "Contactpersoon",
        "short_name": "Naam",
        "short_email": "E-mail",
        "short_phone": "Telefoon",
        "note": "* verplicht",
        "title": "Aanvraag ForumPass",
    },
    "it": {
        "name": "Ragione sociale|Nome azienda|Azienda|Denominazione sociale",
        "street": "Indirizzo|Via|Via e numero civico|Via e n. civico",
        "city": "Città|Comune|Località",
        "postal_code": "CAP|Codice postale",
        "state": "Provincia|Regione",
        "country": "Paese|Nazione|Stato",
        "website": "Sito web|Sito internet",
        "vat_id": "Partita IVA|P. IVA|Numero di partita IVA",
        "partner_type": "Tipo di partner|Tipologia di partner",
        "seats": "Numero di licenze|Licenze|Numero utenti|Numero di utenti",
        "purchase_order": "Ordine d'acquisto|Numero d'ordine|N. ordine|Ordine",
        "application": "Applicazione|Applicazione richiesta",
        "contact_name": "Referente|Persona di contatto|Contatto|Nome referente",
        "contact_email": "E-mail referente|E-mail del referente",
        "contact_phone": "Telefono referente",
        "salutation": "Titolo|Sig./Sig.ra|Appellativo",
        "first_name": "Nome",
        "last_name": "Cognome",
        "email": "E-mail|Indirizzo e-mail|Posta elettronica|Email aziendale",
        "job_title": "Mansione|Qualifica|Posizione|Ruolo aziendale",
        "role": "Ruolo|Ruolo utente|Autorizzazione",
        "credential": "Autenticazione|Credenziale|Secondo fattore",
        "full_name": "Nome e cognome|Nome completo",
        "name_comma": "Cognome, nome",
        "zip_city": "CAP / Città|CAP, Comune",
        "number": "N.|#",
        "users": "Utenti",
        "company": "Azienda|Dati aziendali",
        "contact": "Referente",
        "short_name": "Nome",
        "short_email": "E-mail",
        "short_phone": "Telefono",
        "note": "* obbligatorio",
        "title": "Modulo ForumPass",
    },
    "es": {
        "name": "Razón social|Nombre de la empresa|Empresa|Denominación social",
        "street": "Dirección|Calle|Calle y número|Domicilio",
        "city": "Ciudad|Localidad|Población|Municipio",
        "postal_code": "Código postal|C.P.",
        "state": "Provincia|Estado / Provincia|Comunidad autónoma",
        "country": "País|País de la sede",
        "website": "Sitio web|Página web",
        "vat_id": "NIF / IVA|NIF|Número de IVA|NIF-IVA",
        "partner_type": "Tipo de socio|Tipo de partner",
        "seats": "Número de licencias|Licencias|Número de usuarios|Plazas",
        "purchase_order": "Orden de compra|Número de pedido|Pedido",
        "application": "Aplicación|Aplicación solicitada",
        "contact_name": "Persona de contacto|Contacto|Nombre de contacto",
        "contact_email": "Correo de contacto|E-mail de contacto",
        "contact_phone": "Teléfono de contacto",
        "salutation": "Tratamiento|Sr./Sra.",
        "first_name": "Nombre|Nombre de pila",
        "last_name": "Apellidos|Apellido",
        "email": "Correo electrónico|Correo|E-mail",
        "job_title": "Cargo|Puesto|Función",
        "role": "Rol|Rol de usuario|Perfil",
        "credential": "Autenticación|Segundo factor|Credencial",
        "full_name": "Nombre y apellidos|Nombre completo",
        "name_comma": "Apellidos, nombre",
        "zip_city": "C.P. / Ciudad|Código postal y ciudad",
        "number": "N.º|#",
        "users": "Usuarios",
        "company": "Empresa|Datos de la empresa",
        "contact": "Persona de contacto|Contacto",
        "short_name": "Nombre",
        "short_email": "Correo",
        "short_phone": "Teléfono",
        "note": "* obligatorio",
        "title": "Formulario ForumPass",
    },
}
