"""Programs that open every link and send every form burn nothing, and looking changes nothing."""

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.portal.conftest import Town
from tests.portal.neighbours import Neighbours, neighbours
from tests.portal.test_attacks import ROWS, For


class Forms(HTMLParser):
    """The first form of a page with what it would send as it stands, its first button pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self._in = self._pressed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post" and not self.action:
            self.action, self._in = given["action"], True
        ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        pressed = tag == "button" and not self._pressed
        if self._in and given.get("name") and (pressed or (tag == "input" and ticked)):
            self.fields.setdefault(given["name"], given.get("value", ""))
        self._pressed |= self._in and tag == "button"

    def handle_endtag(self, tag: str) -> None:
        self._in &= tag != "form"


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def scan(near: Neighbours, browser: FlaskClient, path: str, *, submit: bool) -> None:
    """As the programs do that look after mailboxes: look, look again, and press what can be pressed."""
    near.ask(browser, "HEAD", path)
    page = near.ask(browser, "GET", path)
    forms = Forms()
    forms.feed(page.text)
    assert page.status_code == 200
    assert bool(forms.action) is not path.startswith(("/status/", "/invite/sent/")), path
    if submit and forms.action:
        near.ask(browser, "POST", forms.action, data=forms.fields)


@pytest.mark.slow
@pytest.mark.parametrize("submit", [False, True])
def test_a_program_that_opens_links_and_sends_forms_burns_none(town: Town, *, submit: bool) -> None:
    near = neighbours(town)
    behind = {rule.split(" ", 1)[1] for rule, row in ROWS.items() if row.to is For.HOLDER}
    assert {rule for rule in behind if rule.count("<") == 1 and rule.endswith(">")} == set(near.links)
    shown = {}
    before = near.dump()
    for rule, token in near.links.items():
        path = near.path(rule, token=token)
        shown[path] = near.ask(near.browser(), "GET", path).text
        for browser in (near.browser(), near.browser()):
            scan(near, browser, path, submit=submit)
    after = {path: near.ask(near.browser(), "GET", path) for path in shown}

    # Get Started only turns the page of an invitation: the link goes on working, and nothing is submitted.
    still = [path for path in shown if not (submit and path.startswith("/register/"))]
    assert [answer.status_code for answer in after.values()] == [200] * len(near.links)
    assert {path: without_tokens(after[path].text) for path in still} == {
        path: without_tokens(shown[path]) for path in still
    }
    assert submit or near.dump() == before
    assert near.belongings()["registrations"][0]["submitted_at"] is None


@pytest.mark.slow
def test_looking_at_any_page_changes_nothing(town: Town) -> None:
    near = neighbours(town)
    browser = near.signed_in(near.victims[0])
    before = near.dump()
    for rule in (rule for rule in ROWS if rule.startswith("GET")):
        path = rule.split(" ", 1)[1]
        token = near.links.get(path, near.ids["token"])
        for method in ("HEAD", "GET", "OPTIONS"):
            near.ask(browser, method, near.path(path, token=token))

    assert near.dump() == before
