"""What strangers type stays text: in every field of the portal, and wherever it comes out again."""

import json
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import product

import pytest
from flask.testing import FlaskClient

from bot.domain.outbox import JobKind, JobStatus
from bot.services.effects import Ways, carry_out
from bot.services.queueing import HIDDEN
from bot.store import outbox
from tests.outside import FakeChat, FakeMailer
from tests.portal.conftest import Town
from tests.portal.neighbours import Neighbours, neighbours
from tests.portal.test_attacks import PERSON, ROWS
from tests.portal.test_registration import TOKEN, a_form, bring, seen

#: a formula, templates of three kinds, an element, an attribute, pings, mrkdwn, Markdown and a header
EVIL = '=1+{{7*191}} "><evil onload=x> <!channel> <@U0EVIL> *b* [x](https://evil.example) ${7*191}%0d%0aX: y'
GIL = {"email": "gil@quist.example.net", "language": "en", "role": "user"}
LINES = "a\r\nX-Evil: y\r\n\r\nBcc: mallory@evil.example\x00\u202e"
TYPED = {"text", "email", "tel", "password", "search", "url", "number", "textarea", "select"}


@dataclass
class Page(HTMLParser):
    """What a page is made of that nobody of ours wrote, and the fields of its forms."""

    foreign: list[str] = field(default_factory=list)
    forms: list[tuple[str, dict[str, str], set[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "evil" or any(name.startswith("on") for name in given):
            self.foreign.append(self.get_starttag_text() or tag)
        if given.get("href", "").startswith("https://evil.example"):
            self.foreign.append(given["href"])
        if tag == "form":
            self.forms.append((given.get("action", ""), {}, set()))
        elif self.forms and (name := given.get("name")):
            _, sent, typed = self.forms[-1]
            sent[name] = given.get("value", "")
            kind = given.get("type", "text") if tag == "input" else tag
            typed |= {name} & ({name} if kind in TYPED else set())


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    return page


def pages(near: Neighbours) -> list[tuple[str, str, FlaskClient]]:
    """Every page that shows something: where it is, what it says, and the browser in which it says so.

    For two administrators, of whom one has no phone yet, and for whoever has the links.
    """
    found = []
    browsers = [near.browser(), *(near.signed_in(near.victims[number]) for number in (0, -1))]
    for rule in ROWS:
        method, path = rule.split(" ", 1)
        if method == "GET" and not path.startswith(("/static", "/brand")):
            at = near.path(path, token=near.links.get(path, near.ids["token"]))
            found += [(at, near.ask(browser, "GET", at).text, browser) for browser in browsers]
    return found


def check_inert(where: str, text: str) -> None:
    assert read(text).foreign == [], where
    assert "1337" not in text, where


@pytest.mark.slow
def test_no_field_of_any_form_takes_more_than_text(town: Town) -> None:
    near = neighbours(town, WTF_CSRF_ENABLED=False)
    bring(town, TOKEN, 1)
    forms = {
        (action, tuple(sorted(typed))): (sent, browser)
        for _, page, browser in pages(near)
        for action, sent, typed in read(page).forms
        if typed
    }
    assert len(forms) > 17
    for text, ((action, typed), (sent, browser)) in product((EVIL, LINES), forms.items()):
        for data in (sent | dict.fromkeys(typed, text), dict.fromkeys(sent, text)):
            answer = near.ask(browser, "POST", action, data=data)
            assert answer.status_code < 500, action
            assert not {"X", "X-Evil", "Bcc"} & set(answer.headers.keys()), action
            check_inert(action, answer.text)


def act_out(near: Neighbours) -> None:
    """Everything that mails somebody or tells the desk, by people whose names and words are hostile."""
    owner, hers = near.signed_in(near.victims[0]), f"/users/{near.victims[-1].id}"
    text = EVIL[3:]  # no form takes a formula
    named = dict.fromkeys(("first_name", "last_name", "job_title", "salutation"), text)
    said = dict.fromkeys(("name", "street", "city", "state", "first_name", "last_name", "job_title"), text)
    bring(near.town, TOKEN, 1)
    register, stranger = f"/register/{TOKEN}", near.browser()
    typed = near.ask(stranger, "POST", register, data=a_form(do="next", **said))
    check = seen(near.ask(stranger, "GET", register).text)
    reset = {"name": near.victims[1].user_id, "method": "administrator"}
    answers = [
        typed,
        near.ask(stranger, "POST", register, data={"do": "submit", "seen": check, "checked": "yes"}),
        near.ask(stranger, "POST", f"/join/{near.links['/join/<token>']}", data=PERSON | named),
        near.ask(stranger, "POST", "/password/forgotten", data=reset),
        near.ask(owner, "POST", "/users/new", data=PERSON | named),
        near.ask(owner, "POST", "/users/invite", data=GIL),
        near.ask(owner, "POST", f"{hers}/credential"),
        near.ask(owner, "POST", f"{hers}/reset"),
    ]
    assert [answer.status_code for answer in answers] == [303] * len(answers)


@pytest.mark.slow
def test_hostile_names_are_text_on_pages_in_mails_on_cards_and_in_the_file_of_ones_data(town: Town) -> None:
    near = neighbours(town, name=EVIL, company=EVIL, WTF_CSRF_ENABLED=False)
    act_out(near)
    shown = pages(near)
    said = "".join(page for _, page, _ in shown)
    assert said.count("&lt;evil") > 10
    for where, page, _ in shown:
        check_inert(where, "" if where == "/account/data" else page)
    _check_mails_and_cards(town)
    data = near.ask(near.signed_in(near.victims[0]), "GET", "/account/data")

    assert json.loads(data.text)["account"]["last_name"] == EVIL
    assert data.content_type == "application/json; charset=utf-8"
    assert data.headers["X-Content-Type-Options"] == "nosniff"
    assert data.headers["Content-Disposition"].startswith("attachment;")


def _check_mails_and_cards(town: Town) -> None:
    """Whatever waits to go out, as it would."""
    bot, now, chat, mailer = town.bot, town.clock.now(), FakeChat(), FakeMailer()
    ways = Ways(chat=chat, mailer=mailer, marker=bot.marker, texter=bot.texter)
    with bot.connect() as db:
        for job in outbox.list_jobs(db, tuple(JobStatus)):
            if job.kind in {JobKind.MAIL, JobKind.CASE_CARD, JobKind.NOTE}:
                carry_out(db, bot.desk, ways, replace(job, secrets=HIDDEN), now=now)
    kinds = {"activation", "self_registration", "credential_request", "recovery", "reset_wished"}
    with bot.connect() as db:
        assert kinds <= {job.template for job in outbox.list_jobs(db, tuple(JobStatus))}
    for mail in mailer.sent:
        check_inert(mail.subject, mail.html)
        assert not re.search(r"[\r\n]", f"{mail.subject}{mail.to}")
        assert "1337" not in mail.subject + mail.text
    told = "".join(json.dumps([one.text, one.blocks]) for one in chat.standing.values())
    assert (len(mailer.sent) > 8, "&lt;!channel&gt;" in told) == (True, True)
    assert not re.search(r"<!channel>|<@U0EVIL>|<https://evil|1337", told)
