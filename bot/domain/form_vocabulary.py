"""The words by which forms of any hand call the fields: each phrase with what it may mean and how surely."""

from typing import Final

#: A label may say one of these. Besides the fields of a company or a user there are "name" (of whom, the
#: surroundings say), "full_name", "email" and "phone"; "ignored" is what no form of ours asks for.
STRONG: Final = {
    "company_name": """company name; name of company; name of the company; legal name; registered name;
        trading name; firmenname; firmenbezeichnung; firmenwortlaut; name der firma; firma
        name; name des unternehmens; unternehmensname; organisation name; organization name;
        legal entity; handelsname; firmierung; corporate name; business name; raison
        sociale; nom de l entreprise; nom de la societe; bedrijfsnaam; naam van het bedrijf;
        nazwa firmy; ragione sociale; nome azienda; razon social; nombre de la empresa;
        denominacion social; denominazione sociale; denominazione; customer name;
        kundenname; firmenname lt handelsregister; name of organisation; name of
        organization; partner name; account name""",
    "street": """street; strasse; strassenname; str; street address; address line; adresszeile;
        anschrift; firmenanschrift; postanschrift; adresse; address; addr; postfach; po box;
        p o box; post box; postbus; mailing address; postal address; postadresse;
        geschaftsanschrift; geschaftsadresse; firmenadresse; company address; registered
        address; rue; adres; straat; ulica; indirizzo; via; calle; direccion; domicilio;
        boite postale; skrytka pocztowa""",
    "house_number": """hausnummer; house number; house no; hausnr; huisnummer; numero civico; street
        number; haus nr""",
    "postal_code": """postal code; c p; cp; codice postale; code postale; post code; postcode; zip code;
        zip; zipcode; postleitzahl; plz; code postal; cap; kod pocztowy; codigo postal;
        eircode; postnummer; psc""",
    "city": """city; town; ort; stadt; wohnort; firmenort; ortschaft; locality; place;
        municipality; gemeinde; ville; stad; plaats; miasto; miejscowosc; citta; comune;
        localita; ciudad; localidad; poblacion; municipio; localite; woonplaats;
        vestigingsplaats; plaatsnaam; commune; miejscowosc poczta""",
    "state": """state; province; provinz; bundesland; kanton; county; canton; federal state;
        bundesstaat; landkreis; prefecture; departement; provincie; wojewodztwo; provincia;
        estado; etat; regione; territory; gewest; comunidad autonoma; comunidad; region;
        voivodship""",
    "country": """country; land; staat; nation; pays; kraj; paese; pais; country code; landercode;
        landescode; landerkennung; landerkurzel; herkunftsland; sitzland; nazione; stato;
        panstwo; landeskennzeichen; country of registration; country of incorporation;
        country of headquarters""",
    "website": """website; web site; web; webseite; website url; url; homepage; home page; internet;
        internetadresse; internetseite; web address; webadresse; internetauftritt;
        webauftritt; webpage; web page; site web; site internet; imprint; impressum; strona
        internetowa; strona www; sito web; sito internet; sito; sitio web; pagina web; www;
        webprasenz; online presence; domain""",
    "vat_id": """vat; vat id; vat no; vat number; vat registration; vatin; ust; ust id; ust idnr;
        ustid; ustidnr; umsatzsteuer; umsatzsteuer id; umsatzsteueridentifikationsnummer;
        umsatzsteuernummer; mwst; mehrwertsteuer; uid; uid nummer; uid nr; tax id; tax
        number; tax no; tax identification; steuernummer; steuer id; steuernr; sales tax;
        tva; n tva; numero de tva; btw; btw nummer; nip; partita iva; p iva; iva; nif; cif;
        nif iva; tax registration; gst; eori; identifikationsnummer""",
    "partner_type": """partner type; type of partner; partner classification; partnerklassifizierung;
        partnertyp; partnerart; art der partnerschaft; partnerschaft; partnership;
        relationship; type of relationship; relationship type; partner category;
        partnerkategorie; kategorie des partners; partner status; partnerstatus;
        geschaftsbeziehung; business relationship; geschaftsart; type de partenaire; soort
        partner; type partner; rodzaj partnera; typ partnera; tipo di partner; tipo de
        socio; tipo de partner; tipologia di partner; type de partenariat; categorie de
        partenaire; tipo partner; soort relatie; beziehung; company type; art des partners;
        category; kategorie; partner class; partnerklasse; customer type; kundenart; type of
        company; unternehmensart; kind of partner; partner role; partnerrolle""",
    "seats": """seats; seat; number of seats; plaetze; platze; sitze; lizenzen; lizenz; licences;
        licenses; license; licence; zugange; zugang; seat count; lizenzanzahl; platzanzahl;
        anzahl benutzer; anzahl der benutzer; number of users; user count; benutzeranzahl;
        anzahl nutzer; anzahl anwender; accounts; konten; nombre de licences; nombre de
        places; nombre d utilisateurs; aantal licenties; aantal plaatsen; plaatsen; aantal
        gebruikers; licenties; liczba licencji; liczba stanowisk; liczba uzytkownikow;
        licencji; numero di licenze; numero di posti; licenze; numero de licencias;
        licencias; plazas; arbeitsplatze; subscriptions; abonnements; quantity; menge;
        stuckzahl; how many users; how many seats; anzahl zugangsmittel; number of
        credentials; no of users; total users; vouchers needed; number of vouchers; anzahl
        gutscheine; anzahl voucher; user licences; user licenses""",
    "purchase_order": """purchase order; einkaufsbestellung; inkoopnummer; n ordine; numero ordine; po
        number; po no; po nr; po; po ref; po reference; order number; order no; order ref;
        order reference; bestellnummer; bestellung; bestell nr; bestellnr; bestellreferenz;
        auftragsnummer; auftragsnr; auftrag; voucher; voucher code; voucher number; voucher
        reference; voucher no; gutschein; gutscheincode; gutscheinnummer; gutscheinreferenz;
        bestellzeichen; abrufnummer; bon de commande; numero de commande; commande;
        inkooporder; inkoopordernummer; ordernummer; bestelnummer; zamowienie; numer
        zamowienia; ordine; ordine d acquisto; numero d ordine; pedido; orden de compra;
        numero de pedido; order; p o number; prepaid; coupon""",
    "application": """application; anwendung; applikation; requested application; gewunschte anwendung;
        app; applicatie; system; zielsystem; zielanwendung; dienst; portal; programm;
        software; toepassing; aplikacja; applicazione; aplicacion; anwendungsname; service
        requested; requested service; application to access; product; produkt; tool""",
    "email": """e mail; email; mail; mailadresse; e mail address; email address; mail address; e
        mail adresse; emailadresse; mailaddress; electronic mail; elektronische post;
        courriel; adresse e mail; adresse electronique; adresse mail; mailadres; e
        mailadres; e mailadresse; adres e mail; poczta; posta elettronica; indirizzo e mail;
        indirizzo email; correo; correo electronico; correo e; emails; e post; smtp""",
    "phone": """direct line; office line; desk phone; office phone; work phone; home phone; phone
        work; nummer otp; phone; telephone; tel; telefon; fon; telefonnummer; telefonnr;
        phone number; phone no; mobile; mobil; mobilnummer; mobiltelefon; mobile phone;
        mobilfunk; mobilfunknummer; handy; handynummer; handynr; cell; cell phone;
        cellphone; cellular; rufnummer; festnetz; landline; durchwahl; direct dial; phone
        otp; telefon otp; otp phone; otp telefon; phone for otp; telefon fur otp; otp
        number; otp nummer; otp rufnummer; sms number; sms nummer; portable; telefoon;
        telefoonnummer; gsm; mobiel; mobile phone number; phone number for otp; number for
        otp; numer telefonu; komorka; ausweichnummer; ersatznummer; ersatzrufnummer;
        zweitnummer; telefono; cellulare; movil; telefone; smartphone; phone numbers for
        otp; telefonnummern fur otp; phones; telefonnummern; phone numbers; numero de
        telephone; fixe; telefon komorkowy; dw""",
    "salutation": """salutation; anrede; title mr ms; mr ms; mr mrs; mr mrs ms; herr frau; hr fr; frau
        herr; ms mr; form of address; civilite; aanhef; zwrot grzecznosciowy; zwrot;
        appellativo; tratamiento; titolo; sr sra; sig sigra; dhr mevr; dhr mw; m mme;
        gender; geschlecht; honorific; anrede titel; courtesy title; title of courtesy;
        title salutation; m mme; mr mrs ms mx; salutation title; sig sig ra; dhr mevr""",
    "first_name": """first name; firstname; given name; givenname; given names; forename; forenames;
        vorname; vornamen; rufname; roepnaam; christian name; prenom; voornaam; imie; nombre
        de pila; name first; name vor; nome proprio; vor name; first names""",
    "last_name": """last name; lastname; surname; family name; familyname; nachname; nachnamen;
        familienname; zuname; nom de famille; achternaam; familienaam; nazwisko; cognome;
        apellido; apellidos; name last; name nach; name family; name nachname""",
    "full_name": """full name; fullname; vor und nachname; vor und zuname; vor nachname; vorname
        nachname; vorname und nachname; first and last name; first last name; first name
        last name; name surname; name and surname; surname and first name; first name
        surname; nach und vorname; nachname vorname; name vorname; last name first name;
        last and first name; vollstandiger name; complete name; nom et prenom; nom prenom;
        prenom nom; prenom et nom; volledige naam; imie i nazwisko; nazwisko i imie; nome e
        cognome; cognome e nome; cognome nome; apellidos nombre; nombre y apellidos;
        apellidos y nombre; nombre completo; nome completo; name of user; name des
        benutzers; user name; benutzername; name of person; employee name; mitarbeitername;
        participant; person; names; name des nutzers; voor en achternaam; nom complet""",
    "job_title": """job title; jobtitle; job titel; jobtitel; job; function; funktion; position; stelle;
        stellenbezeichnung; berufsbezeichnung; beruf; occupation; profession;
        dienststellung; tatigkeit; job function; job position; business title;
        functieomschrijving; funcion; funzione; fonction; poste; functie; functietitel;
        stanowisko; funkcja; mansione; posizione; qualifica; cargo; puesto; titre; job role;
        position in company; funktion im unternehmen; aufgabe; designation; position title;
        positionsbezeichnung; intitule du poste; ruolo aziendale; dienstbezeichnung""",
    "role": """role; rolle; user role; benutzerrolle; mag role; mag rolle; access role;
        zugriffsrolle; permission; permissions; berechtigung; berechtigungen; rechte; user
        type; benutzertyp; benutzerart; rights; access rights; access level; zugriffsrechte;
        system role; systemrolle; administrator role; role in mag; role in forumpass;
        account type; kontotyp; privileges; role utilisateur; rol; gebruikersrol; rola; rola
        uzytkownika; ruolo; ruolo utente; rol de usuario; authorisation; zugriffsrecht;
        rechten; droits; droits d acces; autorizzazione; autorizacion; permisos; permessi;
        administrator or user; admin or user; administrator oder benutzer; admin oder
        benutzer; toegangsrechten; uprawnienia; perfil; benutzerprofil; user profile;
        authorization; autorisierung; account role; portal role; nutzerrolle; anwenderrolle;
        profil; profile; admin level; type of user; art des benutzers; forumpass role; rolle
        im system; role in system; role in the system; administrative role; role requested;
        requested role; gewunschte rolle; user level; roles; rollen""",
    "credential": """credential; credentials; credential type; type of credential; credential typ;
        zugangsmittel; zugangsart; 2fa; mfa; 2fa credential; 2fa verfahren; 2fa methode; two
        factor; zwei faktor; second factor; zweiter faktor; authentication;
        authentifizierung; authentisierung; authentication method;
        authentifizierungsmethode; authentisierungsmittel; login method; anmeldeverfahren;
        anmeldemethode; anmeldeart; anmeldung; token type; tokentyp; sicherheitsverfahren;
        security method; otp or mloa; otp mloa; phone otp mloa; phone otp or mloa; factor;
        faktor; art des credentials; authenticator; otp oder mloa; second facteur; deuxieme
        facteur; secondo fattore; segundo factor; tweede factor; double authentification;
        strong authentication; starke authentifizierung; berechtigungsnachweis; moyen d
        authentification; authentification; authenticatie; aanmeldmethode; inlogmethode;
        uwierzytelnianie; metoda uwierzytelniania; autenticazione; credenziale; credenziali;
        autenticacion; credencial; sicherheitstoken; access method; zugangsverfahren;
        verification method; login credential; sign in method; anmeldemittel;
        authentifizierungsverfahren; login verfahren; loginverfahren; login art; loginart;
        security token; log in method; credential strength; legitimation; token; 2 factor; 2
        faktor; verfahren""",
    "name": "name; naam; nom; nome; nombre; nazwa; bezeichnung",
    "ignored": """fax; telefax; faxnummer; date; datum; remark; remarks; comment; comments; note;
        notes; bemerkung; bemerkungen; kommentar; anmerkung; anmerkungen; hinweis; hinweise;
        department; abteilung; bereich; cost center; cost centre; kostenstelle; signature;
        unterschrift; employee number; employee id; personalnummer; birthday; date of birth;
        geburtsdatum; language; sprache; start date; startdatum; price; preis; total;
        amount; betrag; article; artikel; version; salutation letter; briefanrede; iban;
        bic; bank; skype; linkedin; time zone; zeitzone; standort; room; raum; building;
        gebaude; user id; userid; benutzerkennung; login name; kennung; password; passwort;
        industry; branche; stand; duns; citizenship; nationality; staatsangehorigkeit;
        number of employees; mitarbeiterzahl; anzahl mitarbeiter; handelsregister; register
        number; hrb; company registration number; registration number; status; customer
        number; kundennummer; customer no; kundennr; customer id; serial; pos; gultig ab;
        ablaufdatum; expiry; unit; einheit; last login; letzte anmeldung; legal form;
        rechtsform; application form; registration form; order form""",
}
WEAK: Final = {
    "salutation": "title; titel; mr; herr; mrs; frau; geslacht; titre; hr; ms; sex",
    "job_title": "title; titel; aufgabe; rolle im unternehmen; role in company; department function; bereich",
    "role": "administrator; admin; zugriff; access; type; typ; level; rights group; gruppe; group",
    "credential": """zugang; access; otp; mloa; method; methode; security; sicherheit; fis; hardware;
        login; sms""",
    "seats": "count; anzahl; number; total seats; qty; users required; benutzerzahl",
    "purchase_order": "reference; referenz; ref; order code; code",
    "vat_id": "tax; steuer; company id",
    "street": "house; building; sitz; headquarters; hauptsitz",
    "phone": """number for sms; nummer fur otp; kontaktnummer; contact number; mobile number; nr otp""",
    "application": "zugang zu; service; produktname; access to; zugriff auf",
    "partner_type": """vertriebspartner; channel partner; channel; servicepartner; service partner;
        lieferant; supplier; reseller; partner; type of business; art; status als partner;
        classification; typ; type""",
    "company_name": """partner; customer; kunde; client; klant; auftraggeber; klient; cliente; vendor;
        employer; arbeitgeber""",
    "city": "location; sitz; headquarters; seat of company; standort",
    "country": "headquarters",
    "full_name": "user; benutzer; employee; mitarbeiter; anwender; nutzer; teilnehmer; person",
    "email": "adresse; address; kontaktadresse; login; benutzername; user name",
    "website": "site; seite",
}

#: Whom a label is about.
QUALIFIERS: Final = {
    "company": """company; firm; firma; firmen; unternehmen; unternehmens; organisation; organization;
        organisations; organizations; betrieb; gesellschaft; corporate; societe; entreprise;
        l entreprise; bedrijf; firmy; azienda; empresa; corporation; organisatie;
        firmensitz; enterprise; employer; legal entity; organisationsdaten; firmendaten;
        unternehmensdaten; company data; company details; customer details; kundendaten;
        stammdaten; angaben zum unternehmen; angaben zur firma; organizacja; spolka;
        impresa; organizzazione; organizacion; partnerfirma; kundenfirma; organisme;
        compania""",
    "contact": """contact; contacts; contact person; kontakt; ansprechpartner; ansprechpartnerin;
        ansprechperson; kontaktperson; ansprechpartner in; primary contact; main contact;
        point of contact; poc; hauptansprechpartner; responsible person; verantwortlicher;
        verantwortliche person; contact principal; personne de contact; interlocuteur;
        contactpersoon; osoba kontaktowa; osoba do kontaktu; kontaktowa; kontaktowy; persona
        di contatto; referente; contatto; persona de contacto; contacto; kontaktdaten;
        contact details; contact data; gesprachspartner; responsable; kontaktangaben; de
        contact; du contact; di contatto; de contacto; do kontaktu; requester;
        antragsteller; applicant; ansprechp; ansprechpartnerdaten; questions; ruckfragen;
        contact for questions; kontakt fur ruckfragen; ansprechpartner fur ruckfragen;
        ansprechpartner fur fragen; who can we contact; whom can we contact; wer beantwortet
        fragen; person to contact; contact us""",
    "user": """user; users; benutzer; anwender; nutzer; personen; teilnehmer; mitarbeiter;
        employee; employees; benutzern; benutzers; user list; benutzerliste; user data;
        benutzerdaten; utilisateur; utilisateurs; gebruiker; gebruikers; uzytkownik;
        uzytkownicy; utente; utenti; usuario; usuarios; nutzerdaten; nutzerliste; staff;
        persons; person; people; anwenderliste; anwenderdaten; teilnehmerliste; list of
        users; liste der benutzer; members; mitglieder; account holder; participants; user
        details""",
    "other": """billing; invoice; rechnung; rechnungs; invoicing; technical; technisch; technischer;
        technische; sponsor; fujitsu; emergency; notfall; vorgesetzter; supervisor;
        delivery; liefer; lieferung; shipping; alternate contact; deputy; stellvertreter;
        facturation; factuur; fatturazione; facturacion; bank; buchhaltung; accounting;
        accounts payable; ceo; geschaftsfuhrer; line manager; approver; genehmiger; parent
        company; muttergesellschaft; konzern; previous; bisherige; old; alte; signatory;
        unterzeichner; datenschutz; data protection; support; helpdesk; hotline; internal;
        intern; private; privat; prive; private e mail; zweiter ansprechpartner; second
        contact; vertretung; secondary contact""",
}

#: These may stand behind what they count: "Nutzerzahl".
COUNTS: Final = frozenset({"zahl", "anzahl", "count", "quantity", "qty", "menge"})
#: A word of the first with one of the second is a field, in whatever language: "Zahl der Lizenzen".
COMPOSED: Final = {
    "partner_type": (
        """type typ art kind category kategorie classification class klasse status tipo tipologia soort rodzaj
        sort categorie nature form""",
        """partner partnership partnerschaft partenaire partenariat socio relationship beziehung relation
        relatie""",
    ),
    "seats": (
        """number anzahl zahl anz count quantity qty menge nombre numero aantal liczba total many viele
        stuckzahl gesamtzahl required benotigte needed""",
        """seat seats user users license licenses licence licences lizenz lizenzen platz platze sitze nutzer
        benutzer anwender zugang zugange account accounts konten utilisateurs utenti usuarios gebruikers
        uzytkownikow licencias licenze licenties plazas posti places""",
    ),
}
