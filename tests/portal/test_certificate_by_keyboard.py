"""Whoever has a FIS MLOA certificate shows it by keyboard alone, without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bot.services import certificates
from handlers.portal.serve import PortalServer
from tests.people import PASSWORD, agree, move_in
from tests.portal.conftest import Found
from tests.portal.test_certificates import CARD, SUBJECT, VERIFY
from tests.portal.test_owner_by_keyboard import Owner, Place
from tests.portal.test_registration import a_case

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def place(found: Found) -> Iterator[Place]:
    """Behind a proxy that checks certificates; the first person's is registered."""
    town = found(
        portal_url="http://127.0.0.1:8080",
        trusted_proxies="127.0.0.0/8",
        client_cert_verify_header=VERIFY,
        client_cert_subject_header=SUBJECT,
    )
    now = town.bot.clock.now()
    with town.bot.connect() as db:
        people = move_in(db, town.bot.desk, a_case(town), now=now)
        certificates.register(
            db, town.bot.desk, user_id=people[0].user_id, subject=CARD, by="cli:anna", now=now
        )
        agree(db, town.bot.desk, people, now=now)
    server = PortalServer(town.bot)
    server.start()
    yield Place(town=town, url=f"http://{server.portal_address}", people=people)
    server.stop()


def test_a_certificate_is_shown_by_keyboard(place: Place, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False, locale="en") as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        owner = Owner(page=page, lang="en", keyboard=True, place=place)
        owner.come_in(place.people[0], PASSWORD)

        owner.go("/passcode")
        owner.do("Use my certificate", "certificate")  # which is not in its reader yet
        owner.look("certificate-refused")
        context.set_extra_http_headers({VERIFY: "SUCCESS", SUBJECT: CARD})
        owner.press("Use my certificate")

        expect(page.locator(".badge.good", has_text="FIS MLOA hardware certificate")).to_be_visible()
        owner.look("certificate-taken")
