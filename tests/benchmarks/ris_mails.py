"""RIS mails in any number: each of another sponsor, about another company, with users seen nowhere else."""

import base64
import io
import random
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from stdnum.iso7064 import mod_11_10

from bot.domain.ris import Company, Credential, PartnerType, Role, User
from bot.rendering.workbooks import ris_form

USERS = 20
SPONSOR_DOMAIN = "sponsor.example.org"
SERVER = "mx.desk.example.com"  #: whose verdict on the sender stands in each mail
DESK = "onboarding@desk.example.com"

_MARK = re.compile(r"§(\w+)§")
_STRINGS = "xl/sharedStrings.xml"
_FIRST = ("Amara", "Benno", "Clara", "Dario", "Elif", "Femke", "Goran", "Hanna", "Imre", "Jörg")
_LAST = ("Ahrendt", "Bjarke", "Castell", "Dunmore", "Eskelin", "Falkner", "Grönwold", "Haverkamp")

_MAIL = """\
Authentication-Results: {server}; dmarc=pass header.from={domain}; dkim=pass header.d={domain}\r
Received: from out.{domain} (out.{domain} [192.0.2.7])\r
 by {server} with ESMTPS id 4XyZ{number}; Mon, 2 Mar 2026 08:00:00 +0000\r
From: Dana Reyes <dana{number}@{domain}>\r
To: {desk}\r
Subject: New customer: {company}\r
Date: Mon, 2 Mar 2026 08:00:00 +0000\r
Message-ID: <{number}.ris@{domain}>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="=ris="\r
\r
--=ris=\r
Content-Type: text/plain; charset="utf-8"\r
Content-Transfer-Encoding: 8bit\r
\r
Hello,\r
\r
the RIS for {company} is attached. Please tell me when the keys are on their way.\r
\r
Kind regards\r
Dana Reyes\r
--=ris=\r
Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\r
Content-Transfer-Encoding: base64\r
Content-Disposition: attachment; filename="RIS {number}.xlsx"\r
\r
{form}\r
--=ris=--\r
"""


def ris_mails(many: int, *, seed: int = 1) -> Iterator[bytes]:
    """Yield mails as a server keeps them; equal seeds give equal mails."""
    rng = random.Random(seed)
    blank = _Form()
    for number in range(1, many + 1):
        values = _values(rng, number)
        form = base64.encodebytes(blank.filled(values)).decode().strip().replace("\n", "\r\n")
        text = _MAIL.format(
            server=SERVER,
            domain=SPONSOR_DOMAIN,
            desk=DESK,
            number=number,
            company=values["company"],
            form=form,
        )
        yield text.encode()


class _Form:
    """Our form with marks for values: writing each workbook anew would take ten times as long."""

    def __init__(self) -> None:
        content = ris_form("en", _company_of_marks(), [_user_of_marks(number) for number in range(USERS)])
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            self._parts = {name: book.read(name) for name in book.namelist()}

    def filled(self, values: Mapping[str, str]) -> bytes:
        strings = _MARK.sub(lambda mark: escape(values[mark[1]]), self._parts[_STRINGS].decode())
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
            for name, part in (self._parts | {_STRINGS: strings.encode()}).items():
                book.writestr(name, part)
        return buffer.getvalue()


def _company_of_marks() -> Company:
    return Company(
        name="§company§",
        street="§street§",
        city="§city§",
        postal_code="§postal_code§",
        country="§country§",
        website="§website§",
        vat_id="§vat_id§",
        partner_type=PartnerType.SERVICE_PARTNER,
        seats=USERS,
        purchase_order="§purchase_order§",
        application="ForumPass",
        contact_name="§contact_name§",
        contact_email="§contact_email§",
        contact_phone="§contact_phone§",
    )


def _user_of_marks(number: int) -> User:
    return User(
        salutation="Ms",
        first_name=f"§first{number}§",
        last_name=f"§last{number}§",
        email=f"§email{number}§",
        phones=(f"§mobile{number}§", f"§desk{number}§"),
        job_title="Quality Manager",
        role=Role.USER if number else Role.ORGANIZATION_ADMINISTRATOR,
        credential=Credential.PHONE_OTP,
    )


def _values(rng: random.Random, number: int) -> dict[str, str]:
    country = rng.choice(tuple(PHONES))
    domain = f"works{number}.example.com"
    digits = f"{rng.randrange(10_000_000, 99_999_999)}"
    values = {
        "company": f"Works {number} & Co",
        "street": f"Hafenstraße {rng.randrange(1, 200)}",
        "city": f"City {rng.randrange(1000)}",
        "postal_code": f"{rng.randrange(10_000, 99_999)}",
        "country": country,
        "website": f"www.{domain}",
        "vat_id": f"DE{digits}{mod_11_10.calc_check_digit(digits)}",
        "purchase_order": f"PO-{number}",
        "contact_name": "Mara Lindqvist",
        "contact_email": f"mara.lindqvist@{domain}",
        "contact_phone": phone(rng, country),
    }
    for user in range(USERS):
        first, last = rng.choice(_FIRST), rng.choice(_LAST)
        local = f"{first}.{last}{user}".lower().replace("ö", "oe")
        values |= {
            f"first{user}": first,
            f"last{user}": last,
            f"email{user}": f"{local}@{domain}",
            f"mobile{user}": phone(rng, country),
            f"desk{user}": phone(rng, country),
        }
    return values


#: How people write them, plain and with blanks, with the country's code and without. They are made at
#: random, for of the numbers kept for fiction there are too few: a cache would soon know them all.
PHONES = {
    "DE": ("+49 1512 {}", "+491512{}", "+49 (1512) {}", "01512/{}", "01512 {}"),
    "GB": ("+44 74{}", "+4474{}", "074{}"),
    "US": ("+1 202 2{}", "+12022{}", "(202) 2{}"),
}
_DIGITS = {"DE": 7, "GB": 8, "US": 6}


def phone(rng: random.Random, country: str) -> str:
    digits = f"{rng.randrange(10 ** _DIGITS[country]):0{_DIGITS[country]}d}"
    return rng.choice(PHONES[country]).format(digits)
