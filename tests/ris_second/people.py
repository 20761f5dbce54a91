"""Invented companies and people with sound values: addresses, phones and VAT ids of seven countries."""

import random
import unicodedata
from dataclasses import dataclass
from typing import Any

import phonenumbers
from stdnum.eu import vat

Values = dict[str, Any]


@dataclass(frozen=True)
class Country:
    code: str
    names: tuple[str, ...]  #: as people there and elsewhere write it
    places: tuple[tuple[str, str, str, str], ...]  #: street, postal code, city, state
    mobile: tuple[str, ...]  #: how a national number begins
    office: tuple[str, ...]
    digits: int  #: of a national number
    firms: tuple[str, ...]
    first: tuple[tuple[str, str], ...]  #: salutation, first name
    last: tuple[str, ...]
    top: str


COUNTRIES = {
    one.code: one
    for one in (
        Country(
            "DE",
            ("Deutschland", "Germany", "DE", "DEU", "Bundesrepublik Deutschland"),
            (
                ("Wallstraße 9", "01067", "Dresden", "Sachsen"),
                ("Am Speicher 14 a", "28195", "Bremen", ""),
                ("Nürnberger Str. 201", "90762", "Fürth", "Bayern"),
                ("Postfach 31 07", "70027", "Stuttgart", "Baden-Württemberg"),
                ("Gewerbepark Süd 3", "04109", "Leipzig", "Sachsen"),
            ),
            ("1512", "1605", "1709"),
            ("3023125", "8963125"),
            11,
            ("Hartung Gießerei GmbH", "Föhrmann Logistik KG", "Optik Brandes AG", "Rüdiger & Söhne OHG"),
            (("Mr", "Jörn"), ("Ms", "Friederike"), ("Mr", "Ansgar"), ("Ms", "Svenja"), ("Ms", "Heike")),
            ("Großmann", "Thiele", "Kähler", "Petersen", "Lohbeck", "Ziegler"),
            "example.com",
        ),
        Country(
            "AT",
            ("Österreich", "Austria", "AT", "AUT"),
            (
                ("Landstraße 31/2", "4020", "Linz", "Oberösterreich"),
                ("Bahnhofgürtel 5", "8020", "Graz", ""),
                ("Salzachgasse 18", "5020", "Salzburg", "Salzburg"),
            ),
            ("6641", "6765"),
            ("1589", "732771"),
            10,
            ("Alpenblech GmbH", "Stiegl & Moser Werkzeugbau GmbH", "Donau Messtechnik KG"),
            (("Ms", "Leopoldine"), ("Mr", "Florian"), ("Mr", "Alois"), ("Ms", "Katharina")),
            ("Gruber", "Hofstätter", "Wögerbauer", "Mayrhofer", "Eder"),
            "example.org",
        ),
        Country(
            "CH",
            ("Schweiz", "Switzerland", "CH", "CHE"),
            (
                ("Seestrasse 77", "8002", "Zürich", "ZH"),
                ("Avenue de la Gare 4", "1003", "Lausanne", "Vaud"),
                ("Industriestrasse 12", "6300", "Zug", ""),
            ),
            ("78", "79"),
            ("4458", "2161"),
            9,
            ("Uhrwerk Präzision AG", "Chocolat Meunier SA", "Rheintal Medizinaltechnik AG"),
            (("Mr", "Urs"), ("Ms", "Annelies"), ("Mr", "Reto"), ("Ms", "Chantal")),
            ("Zbinden", "Wyss", "Aebischer", "Favre", "Küng"),
            "example.net",
        ),
        Country(
            "GB",
            ("United Kingdom", "UK", "Great Britain", "GB", "U.K."),
            (
                ("Unit 7, Harbour Court", "BS1 5TY", "Bristol", "Avon"),
                ("44 Deansgate", "M3 2EG", "Manchester", ""),
                ("The Old Mill, Station Road", "CB1 2JD", "Cambridge", "Cambridgeshire"),
            ),
            ("7400", "7911"),
            ("2079", "1612"),
            10,
            ("Pennine Castings Ltd", "Harcourt Marine PLC", "Quill & Thorne LLP"),
            (("Ms", "Imogen"), ("Mr", "Gareth"), ("Ms", "Priya"), ("Mr", "Alistair")),
            ("Fairweather", "Ashworth", "O'Dowd", "Chaudhry", "Pemberton"),
            "example.org",
        ),
        Country(
            "US",
            ("USA", "United States", "US", "U.S.A.", "United States of America"),
            (
                ("500 Harbor Blvd, Ste 210", "02110", "Boston", "MA"),
                ("1421 Peachtree St NE", "30309", "Atlanta", "Georgia"),
                ("88 E Market St", "83702", "Boise", "ID"),
            ),
            ("212736", "703555"),
            ("404522", "617542"),
            10,
            ("Blue Mesa Controls Inc.", "Cascade Fastener Corp.", "Tidewater Labs LLC"),
            (("Mr", "Tyrone"), ("Ms", "Guadalupe"), ("Mr", "Hank"), ("Ms", "Beverly")),
            ("Kowalczyk", "Delacroix", "Hutchins", "Nakamura", "St. James"),
            "example.com",
        ),
        Country(
            "NL",
            ("Netherlands", "The Netherlands", "Niederlande", "NL", "NLD"),
            (
                ("Keizersgracht 312", "1016 EX", "Amsterdam", "Noord-Holland"),
                ("Stationsplein 1", "3511 ED", "Utrecht", ""),
            ),
            ("6123", "6284"),
            ("20794", "30231"),
            9,
            ("Van Houten Pompen B.V.", "Waterland Systemen B.V."),
            (("Mr", "Joost"), ("Ms", "Sanne"), ("Mr", "Thijs"), ("Ms", "Marijke")),
            ("de Vries", "Bakker", "van den Berg", "Hoekstra"),
            "example.net",
        ),
        Country(
            "FR",
            ("France", "Frankreich", "FR", "FRA"),
            (
                ("18 rue des Tanneurs", "67000", "Strasbourg", ""),
                ("3 quai Saint-Antoine", "69002", "Lyon", "Auvergne-Rhône-Alpes"),
            ),
            ("612", "698"),
            ("38810", "47270"),
            9,
            ("Ateliers Roussel SAS", "Verrerie du Rhône S.A."),
            (("Ms", "Solène"), ("Mr", "Baptiste"), ("Mr", "Étienne"), ("Ms", "Maëlle")),
            ("Lefèvre", "Garnier", "Dubois-Martin", "Chevalier"),
            "example.org",
        ),
    )
}

JOBS = (
    "Head of Procurement", "Buyer", "Werkleiter", "Quality Lead", "IT-Leiter", "Plant Manager",
    "Konstrukteurin", "Network Engineer", "Disponent", "Sales Assistant", "Responsable achats", "Controller",
    "Service Technician",
)  # fmt: skip


ORDERS = ("4500{}", "PO {}", "V-{}-26", "BE/{}")


def plain(text: str) -> str:
    """The text as it stands in an address: ASCII, lower case, hyphens."""
    for special, letters in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("&", ""),
        (".", ""),
        ("'", ""),
    ):
        text = text.lower().replace(special, letters)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(text.split())


class Registry:
    """Hands out companies and people; nobody and no number comes twice."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)
        self._taken: set[str] = set()
        self._turn: dict[str, int] = {}

    def company(self, code: str, partner: str, application: str = "ForumPass") -> Values:
        land = COUNTRIES[code]
        turn = self._turn[code] = self._turn.get(code, -1) + 1
        name = land.firms[turn % len(land.firms)]
        if turn >= len(land.firms):
            name = f"{self.luck.choice(land.last)} {name}"
        street, postal, city, state = land.places[turn % len(land.places)]
        domain = f"{plain(name)}.{land.top}"
        return {
            "name": name, "street": street, "city": city, "postal_code": postal,
            "state": state, "country": code,
            "website": f"www.{domain}", "vat_id": self.vat_id(code, partner),
            "partner_type": partner, "seats": 0,
            "purchase_order": self.luck.choice(ORDERS).format(self.number(6)),
            "application": application, "contact_name": "", "contact_email": "", "contact_phone": "",
        }  # fmt: skip

    def users(self, company: Values, many: int) -> list[Values]:
        """The first is the administrator and the company's contact."""
        land = COUNTRIES[company["country"]]
        users = [self._user(land, company["website"][4:], at) for at in range(many)]
        first = users[0]
        company["seats"] = many
        company["contact_name"] = f"{first['first_name']} {first['last_name']}"
        company["contact_email"], company["contact_phone"] = first["email"], first["phones"][0]
        return users

    def _user(self, land: Country, domain: str, at: int) -> Values:
        while True:
            salutation, first = self.luck.choice(land.first)
            last = self.luck.choice(land.last)
            email = f"{plain(first)}.{plain(last)}@{domain}"
            if email not in self._taken:
                break
        self._taken.add(email)
        phones = [self.phone(land, land.mobile)]
        phones += [self.phone(land, land.office)] if self.luck.random() < 0.7 else []
        role = ("organization_administrator", "application_administrator", "user")[min(at, 2)]
        return {
            "salutation": salutation, "first_name": first, "last_name": last, "email": email,
            "job_title": self.luck.choice(JOBS), "phones": phones, "role": role,
            "credential": "mloa_hardware" if self.luck.random() < 0.15 else "phone_otp",
        }  # fmt: skip

    def phone(self, land: Country, begins: tuple[str, ...]) -> str:
        while True:
            begin = self.luck.choice(begins)
            number = phonenumbers.parse(begin + self.number(land.digits - len(begin)), land.code)
            text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            if phonenumbers.is_valid_number_for_region(number, land.code) and text not in self._taken:
                self._taken.add(text)
                return str(text)

    def vat_id(self, code: str, partner: str) -> str:
        """A sound one where the partner type asks for it, else N/A."""
        if partner not in {"channel_partner", "service_partner"}:
            return "N/A"
        shape = {"DE": "DE{9}", "AT": "ATU{8}", "NL": "NL{9}B01", "FR": "FR{11}"}[code]
        begin, _, rest = shape.partition("{")
        digits, _, end = rest.partition("}")
        while True:
            text = begin + self.number(int(digits)) + end
            if vat.is_valid(text):
                return text

    def number(self, digits: int) -> str:
        return str(self.luck.randrange(1, 10)) + "".join(
            self.luck.choice("0123456789") for _ in range(digits - 1)
        )
