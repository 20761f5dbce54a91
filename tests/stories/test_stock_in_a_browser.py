"""Stock and money by mouse, on the desk that `make run` begins with: figures, chart, vouchers from a file."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from bot.sandbox import supplies
from tests.services.stocked import a_voucher_file
from tests.stories.browsing import take_picture
from tests.stories.desk import Desk, running
from tests.stories.phones import set_up
from tests.stories.test_spine import an_organisation

pytestmark = [pytest.mark.slow, pytest.mark.browser]

BAD = a_voucher_file(2) + b"\n=HYPERLINK(1);KEY-9999;\nV-000001;KEY-8888;\nV-000077;KEY-7777;2020-01-31"


def a_file(content: bytes) -> FilePayload:
    return {"name": "vouchers.csv", "mimeType": "text/csv", "buffer": content}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running(tmp_path, usher_config=supplies.price_list(tmp_path)) as desk:
        supplies.lay(desk.bot)
        yield desk


def test_a_newcomer_sees_the_stock_and_imports_vouchers(desk: Desk, page: Page) -> None:
    page.set_default_timeout(20_000)
    org = an_organisation(desk)
    desk.send_ris(org.company, org.users)
    desk.card(org.company.name, "case_approve")
    desk.message("support", "entered purchase order")
    desk.message("support", "imported 40 vouchers")
    phone = set_up(desk, "avery")
    desk.act("avery").command("/usher", "stock", "support")
    desk.whisper("avery", "support", "License Keys in stock")
    desk.settled()

    page.goto(f"{desk.world.slack.url}?as=avery&channel=dm")
    expect(page.locator("img.picture").last).to_be_visible()
    assert page.evaluate("[...document.querySelectorAll('img.picture')].at(-1).naturalWidth") > 0
    take_picture(page, "stock-chart")
    page.goto(f"{desk.world.slack.url}?as=avery&channel=support")
    take_picture(page, "stock")

    page.locator("[data-action-id=vouchers_import]").last.click()
    modal = page.locator("dialog.modal")
    take_picture(page, "vouchers-modal")
    modal.locator("input[type=file]").set_input_files(a_file(BAD))
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text(re.compile("Line 4, voucher: is a formula, or begins like one"))).to_be_visible()
    expect(modal.get_by_text(re.compile("Line 6, expiry date: has passed"))).to_be_visible()
    take_picture(page, "vouchers-unfit")

    modal.locator("input[type=file]").set_input_files(a_file(a_voucher_file(25)))
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text("All 25 vouchers can be imported.")).to_be_visible()
    take_picture(page, "vouchers-fit")
    modal.locator("input[type=text]").fill(phone.wrong_code())
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text(re.compile("Tries left: 4"))).to_be_visible()
    modal.locator("input[type=text]").fill(phone.next_code())
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text(re.compile("Imported 25 vouchers"))).to_be_visible()
    take_picture(page, "vouchers-done")

    note = desk.message("support", "imported 25 vouchers")
    assert "License Keys in stock now: 65." in str(note)
    assert "KEY-0000" not in page.content()
