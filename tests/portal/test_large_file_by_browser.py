"""A file that is too large is told in the browser before it travels."""

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from bot.rendering.words import words
from handlers.portal.ris import MAX_FILE_BYTES
from handlers.portal.serve import PortalServer
from tests.portal.conftest import Found

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


def test_a_file_that_is_too_large_is_told_before_it_is_sent(found: Found, browser: Browser) -> None:
    server = PortalServer(found(portal_url="http://127.0.0.1:8080").bot)
    server.start()
    try:
        with browser.new_context(locale="de") as context:
            page = context.new_page()
            page.goto(f"http://{server.portal_address}/ris")
            field, told = page.locator("#form"), words("de").say("page.ris.check.large", megabytes=10)
            field.set_input_files(file_of(MAX_FILE_BYTES + 1))
            expect(field).to_have_js_property("validationMessage", told)
            field.set_input_files(file_of(100))
            expect(field).to_have_js_property("validationMessage", "")
    finally:
        server.stop()


def file_of(many: int) -> FilePayload:
    return {"name": "form.csv", "mimeType": "text/csv", "buffer": b"x" * many}
