"""The review of a form of 20, 200 and 2,000 users, beside the bare libraries on the same cells.

The yardstick is `bare_intake.check`: calamine, phonenumbers and email-validator. Both read each file once, in
one process and in turns; no two people share a phone or an address, so that no cache helps.
"""

import random
import statistics
import time
from collections.abc import Callable

from bot.adapters.spreadsheets import read_workbook
from bot.domain.review import read_form
from bot.domain.ris import Company, Credential, Decision, PartnerType, Role, User
from bot.rendering.workbooks import ris_form
from tests.benchmarks.bare_intake import check
from tests.benchmarks.ris_mails import PHONES, phone

#: users a form, with the number of forms
SIZES = ((20, 60), (200, 12), (2_000, 5))


def a_form(rng: random.Random, users: int) -> bytes:
    """One of our own, filled in without a fault."""
    country = rng.choice(tuple(PHONES))
    people = [
        User(
            salutation="Ms",
            first_name="Amara",
            last_name=f"Falkner {number}",
            email=f"amara.falkner{number}.{rng.randrange(10**6)}@works.example.com",
            phones=(phone(rng, country), phone(rng, country)),
            job_title="Quality Manager",
            role=Role.USER if number else Role.ORGANIZATION_ADMINISTRATOR,
            credential=Credential.PHONE_OTP,
        )
        for number in range(users)
    ]
    company = Company(
        name="Works & Co",
        street="Hafenstraße 7",
        city="Lüneburg",
        postal_code="21335",
        country=country,
        website="www.works.example.com",
        vat_id="N/A",
        partner_type=PartnerType.CUSTOMER,
        seats=users,
        application="ForumPass",
        contact_name="Mara Lindqvist",
        contact_email="mara.lindqvist@works.example.com",
        contact_phone=phone(rng, country),
    )
    return ris_form("en", company, people)


def review(content: bytes) -> None:
    reading = read_form([read_workbook("ris.xlsx", content)])
    assert reading.decision is Decision.COMPLETE


def seconds(work: Callable[[bytes], object], content: bytes) -> float:
    began = time.process_time()
    work(content)
    return time.process_time() - began


def main() -> None:
    rng = random.Random(1)
    review(a_form(rng, 3))  # the imports
    check(a_form(rng, 3))
    for users, many in SIZES:
        files = [a_form(rng, users) for _ in range(many)]
        ours, bare = zip(*((seconds(review, file), seconds(check, file)) for file in files), strict=True)
        own, yardstick = statistics.median(ours), statistics.median(bare)
        print(
            f"review of {users} users: {own * 1000:.1f} ms of CPU, "
            f"bare libraries {yardstick * 1000:.1f} ms, ratio {own / yardstick:.2f}"
        )


if __name__ == "__main__":
    main()
