"""A person with a real browser reads a card, presses, fills a form, writes; changes come by themselves."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.sandbox.slack import SlackServer, Workspace
from tests.sandbox.slack.cards import actions, button, plain
from tests.sandbox.slack.conftest import TurnableClock
from tests.sandbox.slack.deskapp import QUIET, DeskApp

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page
    assert problems == []


@pytest.fixture
def desk(clock: TurnableClock) -> Iterator[tuple[SlackServer, DeskApp]]:
    workspace = Workspace(now=clock)
    with SlackServer(workspace) as server:
        desk = DeskApp(server)
        handler = SocketModeHandler(desk.app, workspace.app_token, logger=QUIET)
        handler.connect()  # type: ignore[no-untyped-call]
        workspace.wait_until_connected()
        yield server, desk
        handler.close()  # type: ignore[no-untyped-call]


def test_a_person_works_through_the_page(desk: tuple[SlackServer, DeskApp], window: Page) -> None:
    server, app = desk
    window.goto(f"{server.url}?as=avery&channel=approvals")
    question = {
        "title": plain("Sure?"),
        "text": plain("Really."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    row = actions(button("case_approve", "Approve", style="primary", value="C-1", confirm=question))
    app.app.client.chat_postMessage(channel="approvals", text="card", blocks=[row])

    window.click("[data-action-id=case_approve]")  # the card came without a reload
    window.click("[data-confirmed]")
    expect(window.locator("[data-ts] >> text=Approved")).to_be_visible()
    expect(window.locator("[data-ephemeral] >> text=Thank you")).to_be_visible()

    window.fill("[data-composer=channel]", "/faq why")
    window.press("[data-composer=channel]", "Enter")
    window.fill("[data-view-id] [data-action-id=text]", "bad")
    window.click("[data-submit]")
    expect(window.locator("[data-error=reason]")).to_have_text("Say more, please.")
    window.fill("[data-view-id] [data-action-id=text]", "a good reason")
    window.click("[data-submit]")
    expect(window.locator("[data-view-id]")).to_have_count(0)

    window.click("[data-member=dana]")
    expect(window.locator("[data-ephemeral]")).to_have_count(0)
    window.click("[data-channel=home]")
    expect(window.locator("[data-view-id] >> text=Your desk")).to_be_visible()


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_what_is_pressed_is_not_swapped_before_it_is_let_go(
    desk: tuple[SlackServer, DeskApp], window: Page, by: str
) -> None:
    server, app = desk
    window.goto(f"{server.url}?as=avery&channel=approvals")
    row = actions(button("case_approve", "Approve", value="C-1"))
    app.app.client.chat_postMessage(channel="approvals", text="card", blocks=[row])
    approve = window.locator("[data-action-id=case_approve]")
    approve.hover()
    approve.focus()

    window.mouse.down() if by == "mouse" else window.keyboard.down(" ")
    with window.expect_response(lambda answer: "x-refresh" in answer.request.headers) as looked:
        app.app.client.chat_postMessage(channel="approvals", text="another")
    looked.value.finished()
    window.evaluate("async () => { for (let n = 0; n < 6; n++) await new Promise(requestAnimationFrame) }")
    window.mouse.up() if by == "mouse" else window.keyboard.up(" ")

    expect(window.locator("[data-ts] >> text=Approved")).to_be_visible()


def test_a_keyboard_stays_where_it_is_when_another_message_comes(
    desk: tuple[SlackServer, DeskApp], window: Page
) -> None:
    server, app = desk
    window.goto(f"{server.url}?as=avery&channel=approvals")
    row = actions(button("case_show", "Open", value="C-1"), button("case_approve", "Approve", value="C-1"))
    app.app.client.chat_postMessage(channel="approvals", text="card", blocks=[row])
    window.locator("[data-action-id=case_approve]").focus()

    app.app.client.chat_postMessage(channel="approvals", text="another")
    expect(window.get_by_text("another")).to_be_visible()
    window.keyboard.press("Enter")

    expect(window.locator("[data-ts] >> text=Approved")).to_be_visible()


def test_the_page_works_without_scripts_and_in_a_narrow_window(
    desk: tuple[SlackServer, DeskApp], browser: Browser
) -> None:
    server, _ = desk
    narrow: ViewportSize = {"width": 360, "height": 700}
    with browser.new_context(java_script_enabled=False, viewport=narrow) as context:
        page = context.new_page()
        page.goto(f"{server.url}?as=blake&channel=support")
        page.fill("[data-composer=channel]", "hello @usher")
        page.click("[data-send]")
        expect(page.locator("article >> text=hello")).to_be_visible()
        width = page.locator("html").bounding_box()

    assert width is not None
    assert width["width"] <= 360
    said = server.workspace.messages("support")[0]
    assert said["text"].startswith("hello <@")
