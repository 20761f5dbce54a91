"""A mail that names a day for its link means the whole of it, by the desk's clocks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.approvals import Choice
from bot.domain.errors import LinkExpired
from bot.services import activation, partners, registration
from tests.cast import Office, an_office
from tests.invited import invite, register
from tests.services.registering import an_invited, decide, registered, tokens

Open = Callable[[Database, datetime], object]


def an_invitation(folder: Path) -> tuple[Office, str, Open]:
    office = an_invited(folder)
    token = tokens(office)[-1]
    return office, "invitation", lambda db, now: registration.get_invitation(db, token, now=now)


def a_refusal(folder: Path) -> tuple[Office, str, Open]:
    office = registered(folder)
    decide(office, Choice.REJECTED)
    token = tokens(office)[-1]
    return office, "registration_refused", lambda db, now: registration.get_invitation(db, token, now=now)


def a_partner_s_invitation(folder: Path) -> tuple[Office, str, Open]:
    office = an_office(folder)
    with office.connect() as db:
        token = invite(db, office.desk, office.tokens, now=office.now)
    return office, "partner_invitation", lambda db, now: partners.get_invitation(db, token, now=now)


def a_partner_s_password(folder: Path) -> tuple[Office, str, Open]:
    office = an_office(folder)
    with office.connect() as db:
        token, _ = register(db, office.desk, office.tokens, now=office.now)
    return office, "partner_password", lambda db, now: activation.get(db, token, now=now)


@pytest.mark.slow
@pytest.mark.parametrize("mailed", [an_invitation, a_refusal, a_partner_s_invitation, a_partner_s_password])
def test_its_link_works_to_the_last_second_of_that_day(
    tmp_path: Path, mailed: Callable[[Path], tuple[Office, str, Open]]
) -> None:
    office, template, open_it = mailed(tmp_path)
    zone = office.desk.policy.desk.zone
    named = str(office.jobs(template)[-1].values["words"]["until"])
    over = datetime.strptime(named, "%d %B %Y").replace(tzinfo=zone) + timedelta(days=1)

    with office.connect() as db:
        open_it(db, over - timedelta(seconds=1))
        with pytest.raises(LinkExpired):
            open_it(db, over)
