"""Whatever is sent by links, as often, in whichever order and browser: each acts at most once."""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain.events import EventTag
from bot.services.authenticators import open_secret
from bot.store import authenticators
from bot.store.database import transaction
from tests import invited as partners
from tests.authenticators import Phone
from tests.budget import examples
from tests.portal.conftest import AVERY, Town
from tests.portal.neighbours import Neighbours, neighbours
from tests.portal.people import csrf_of
from tests.portal.test_attacks import NEW_PASSWORD, PERSON, QUESTIONS, ROWS
from tests.portal.test_registration import TOKEN, a_form, bring

Form = dict[str, str]
Click = tuple[str, Form, int]  #: the rule, what is typed, and in which browser

PARTNER = {"do": "submit", **partners.FORM, **partners.CONSENTS}
SUBMIT = {"do": "submit", "checked": "yes"}
#: what may be sent by a link of that kind, first what acts, and the events of which there is one at most
SENT: dict[str, tuple[tuple[Form, ...], tuple[EventTag, ...]]] = {
    "/password/<token>": ((NEW_PASSWORD, {"password": "short"}), (EventTag.PASSWORD_RESET,)),
    "/email/<token>": (
        ({"do": "no", "sure": "yes"}, {"do": "yes"}, {"do": "no"}),
        (EventTag.EMAIL_CHANGED, EventTag.EMAIL_CHANGE_REFUSED),
    ),
    "/join/<token>": ((PERSON, PERSON | {"first_name": "Mal"}, {}), (EventTag.ACCOUNT_MADE,)),
    "/invite/<token>": (
        (PARTNER, PARTNER | {"city": "Bremen"}, {"do": "reset"}),
        (EventTag.PARTNER_REGISTERED,),
    ),
    "/phone-reset/<token>": (({"sure": "yes"}, {}), (EventTag.PHONE_RESET_STOPPED,)),
    "/activate/<token>": ((NEW_PASSWORD, {}), (EventTag.ACCOUNT_ACTIVATED,)),
    "/register/<token>": (
        (SUBMIT, {"do": "submit"}, {"do": "back"}, {"do": "next", **a_form(city="Bonn")}),
        (EventTag.REGISTRATION_SUBMITTED,),
    ),
    "/prolong/<token>": (
        ({"do": "complete", **NEW_PASSWORD}, {"do": "complete"}, {"do": "agree", **partners.CONSENTS}),
        (EventTag.LIFE_VALIDATED,),
    ),
    "/enroll/<token>": (({}, {"code": "123456"}), (EventTag.AUTHENTICATOR_CONFIRMED,)),
}
#: what may be sent by a link as often as one likes, and why
OFTEN = {
    "/invite/sent/<token>": "mails both ways to the address on file again, so often a day",
    "/faq/answer/<token>": "keeps one opinion of an answer, which may change",
}
CLICKS = st.sampled_from(sorted(SENT)).flatmap(
    lambda rule: st.tuples(st.just(rule), st.sampled_from(SENT[rule][0]), st.sampled_from(range(2)))
)
EVERY = [(rule, forms[0], browser) for rule, (forms, _) in SENT.items() for browser in range(2)]


@dataclass(frozen=True)
class Holder:
    """Whoever has all the links; `hidden`: what each page sends along, as it was when it was opened first."""

    near: Neighbours
    hidden: dict[str, Form]

    def click(self, browser: FlaskClient, rule: str, typed: Form) -> None:
        """Sent with what the page holds now, or else held once; an activation goes on to its questions."""
        near, path = self.near, self.near.path(rule, token=self.near.links[rule])
        shown = near.ask(browser, "GET", path).text
        token = csrf_of(shown) or csrf_of(near.ask(browser, "GET", "/sign-in").text)
        sent = self.hidden[rule] | hidden_in(shown) | typed | {"csrf_token": token}
        then = near.ask(browser, "POST", path, data={"user_id": near.victims[0].user_id, **sent})
        assert then.status_code in {200, 303, 400, 404, 409, 410}, (path, then.status_code)
        if rule == "/activate/<token>" and "/questions/" in (then.location or ""):
            near.ask(browser, "POST", then.location, data=QUESTIONS | {"csrf_token": token})


def hidden_in(page: str) -> Form:
    return dict(re.findall(r'type="hidden" name="(seen)" value="([^"]*)"', page))


def count_acts(db: sqlite3.Connection, tags: Sequence[EventTag]) -> int:
    marks = ", ".join("?" * len(tags))
    (found,) = db.execute(f"select count(*) from events where tag in ({marks})", tags).fetchone()
    return int(found)


@pytest.fixture
def holder(town: Town) -> Holder:
    """The registration is to be submitted, the partner has agreed, and a new password is due."""
    near, now = neighbours(town), town.clock.now()
    bring(town, TOKEN, 2)
    ends, long_ago = (now + timedelta(days=10)).date(), now - timedelta(days=80)
    with town.bot.connect() as db, transaction(db):
        db.execute("update lives set validated_on = ?, ends_on = ?", [str(long_ago.date()), str(ends)])
        db.execute("update passwords set set_at = ?", [long_ago.isoformat(timespec="microseconds")])
        device = authenticators.find(db, AVERY.id)
    browser = near.browser()
    hidden = {
        rule: hidden_in(near.ask(browser, "GET", near.path(rule, token=near.links[rule])).text)
        for rule in SENT
    }
    assert device is not None
    hidden["/enroll/<token>"] = {"code": Phone(open_secret(town.bot.desk, device.sealed)).code(now)}
    found = Holder(near, hidden)
    found.click(browser, "/prolong/<token>", {"do": "agree", **partners.CONSENTS})
    return found


@pytest.mark.slow
@settings(
    max_examples=examples(12, at_once=3),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(clicks=st.lists(CLICKS, min_size=2, max_size=8))
@example(clicks=EVERY)
def test_each_link_acts_at_most_once(holder: Holder, clicks: list[Click]) -> None:
    browsers = [holder.near.browser(), holder.near.browser()]
    path = holder.near.town.bot.settings.database_path
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(":memory:")) as kept:
        db.backup(kept)
        before = {rule: count_acts(db, tags) for rule, (_, tags) in SENT.items()}
        try:
            for rule, form, browser in clicks:
                holder.click(browsers[browser], rule, form)
            made = {rule: count_acts(db, tags) - before[rule] for rule, (_, tags) in SENT.items()}
        finally:
            kept.backup(db)
    assert all(0 <= times <= 1 for times in made.values()), made
    assert clicks != EVERY or set(made.values()) == {1}, made


def test_every_link_that_anything_is_sent_by_is_looked_at() -> None:
    behind = {rule.partition(" ")[2] for rule in ROWS if re.fullmatch(r"POST [/\w-]+/<token>", rule)}

    assert behind == SENT.keys() | OFTEN.keys()
    assert "POST /status/<token>" not in ROWS  # that page only reads
