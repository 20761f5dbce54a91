"""Lobby and webmail in Debian's Chromium: press, watch it tick, read the mail, write one with a file."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from bot.sandbox.mail import MailWorld
from bot.sandbox.samples import DANA
from tests.sandbox.mail.conftest import DESK, a_mail

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        yield page


def test_the_lobby_ticks_itself_off_while_one_looks(page: Page, world: MailWorld) -> None:
    page.goto("/")
    page.click("[data-act=complete]")
    expect(page.locator("[data-step='1']")).to_have_attribute("data-done", "yes")
    world.submit(a_mail("Your order", from_=DESK, to=DANA[1]), DESK, DANA[1])

    expect(page.locator("[data-step='2']")).to_have_attribute("data-done", "yes")
    expect(page.locator("[data-progress]")).to_have_text("2 of 3")
    page.click("[data-turn='3600']")
    expect(page.locator("#clock")).to_contain_text("13:00 UTC")


def test_a_mail_written_on_the_page_appears_in_the_other_mailbox(
    page: Page, world: MailWorld, tmp_path: Path
) -> None:
    form = tmp_path / "RIS.xlsx"
    form.write_bytes(b"PK\x03\x04")
    page.goto(f"/mail/{DESK}/")
    page.click("[data-action=write]")
    page.fill("#sender", DANA[1])
    page.fill("#to", DESK)
    page.fill("#subject", "From the browser")
    page.fill("#text", "Hello desk.")
    page.set_input_files("#files", str(form))
    page.check("[data-field=forged]")
    page.click("[data-action=send]")
    page.click("[data-subject='From the browser'] a")

    expect(page.locator("[data-body=text]")).to_contain_text("Hello desk.")
    expect(page.locator("[data-verdict=fail]")).to_be_visible()
    expect(page.locator("[data-file='RIS.xlsx']")).to_be_visible()
    world.submit(a_mail("Later"), DANA[1], DESK)
    expect(page.locator("[data-subject='Later']")).to_be_visible()


def test_a_hostile_mail_runs_and_fetches_nothing(
    page: Page, world: MailWorld, address: str, app: Flask
) -> None:
    asked: list[str] = []
    app.before_request(lambda: asked.append(request.path))
    html = (
        "<p id=words>Words</p><script>parent.document.title='owned'</script>"
        f"<img src='{address}/beacon'><link rel=stylesheet href='{address}/beacon'>"
        f"<meta http-equiv=refresh content='0;url={address}/beacon'><form action='{address}/beacon'></form>"
        "<iframe src='javascript:parent.parent.document.title=1'></iframe>"
    )
    world.append(DESK, "INBOX", f"Subject: x\r\nContent-Type: text/html\r\n\r\n{html}".encode())
    page.goto(f"/mail/{DESK}/1")

    expect(page.frame_locator("[data-body=html]").locator("#words")).to_have_text("Words")
    world.submit(a_mail("Later"), DANA[1], DESK)  # its appearance shows that time has passed
    expect(page.locator("[data-subject='Later']")).to_be_visible()
    assert f"/mail/{DESK}/1/html" in asked
    assert "/beacon" not in asked
    assert page.title().startswith("x")


def test_the_pages_fit_a_narrow_window_and_work_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(
        base_url=address, java_script_enabled=False, viewport={"width": 360, "height": 700}
    ) as context:
        page = context.new_page()
        page.goto("/")
        page.click("[data-act=question]")

        assert "was sent to the desk" in page.inner_text("#diary")
        for path in ("/", f"/mail/{DESK}/", f"/mail/{DESK}/1", "/mail/write"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
