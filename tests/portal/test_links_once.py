"""Whatever is sent by links, as often, in whichever order and browser: each acts at most once."""

import sqlite3
from contextlib import closing

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.events import EventTag
from tests import invited as partners
from tests.budget import examples
from tests.portal.conftest import Town
from tests.portal.neighbours import Neighbours, neighbours
from tests.portal.people import csrf_of
from tests.portal.test_attacks import NEW_PASSWORD, PERSON, QUESTIONS

PARTNER = {"do": "submit", **partners.FORM, **partners.CONSENTS}
#: what may be sent by a link of that kind, and the events of which there is one at most
SENT: dict[str, tuple[tuple[dict[str, str], ...], tuple[EventTag, ...]]] = {
    "/password/<token>": ((NEW_PASSWORD, {"password": "short"}), (EventTag.PASSWORD_RESET,)),
    "/email/<token>": (
        ({"do": "yes"}, {"do": "no", "sure": "yes"}, {"do": "no"}),
        (EventTag.EMAIL_CHANGED, EventTag.EMAIL_CHANGE_REFUSED),
    ),
    "/join/<token>": ((PERSON, PERSON | {"first_name": "Mal"}, {}), (EventTag.ACCOUNT_MADE,)),
    "/invite/<token>": (
        (PARTNER, PARTNER | {"city": "Bremen"}, {"do": "reset"}),
        (EventTag.PARTNER_REGISTERED,),
    ),
    "/phone-reset/<token>": (({"sure": "yes"}, {}), (EventTag.PHONE_RESET_STOPPED,)),
    "/activate/<token>": ((NEW_PASSWORD, {}), (EventTag.ACCOUNT_ACTIVATED,)),
}
CLICKS = st.sampled_from(sorted(SENT)).flatmap(
    lambda rule: st.tuples(st.just(rule), st.sampled_from(SENT[rule][0]), st.sampled_from(range(2)))
)


def click(near: Neighbours, browser: FlaskClient, rule: str, form: dict[str, str]) -> None:
    """Sent with a token of its own; an activation goes on to its questions."""
    path, token = near.path(rule, token=near.links[rule]), csrf_of(near.ask(browser, "GET", "/sign-in").text)
    sent = {"user_id": near.victims[0].user_id, **form, "csrf_token": token}
    then = near.ask(browser, "POST", path, data=sent)
    assert then.status_code in {303, 400, 404, 409, 410}, (path, then.status_code)
    if rule == "/activate/<token>" and "/questions/" in (then.location or ""):
        near.ask(browser, "POST", then.location, data=QUESTIONS | {"csrf_token": token})


def count_acts(db: sqlite3.Connection, tags: tuple[EventTag, ...]) -> int:
    marks = ", ".join("?" * len(tags))
    (found,) = db.execute(f"select count(*) from events where tag in ({marks})", tags).fetchone()
    return int(found)


@pytest.fixture
def near(town: Town) -> Neighbours:
    return neighbours(town)


@pytest.mark.slow
@settings(
    max_examples=examples(16, at_once=6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(clicks=st.lists(CLICKS, min_size=2, max_size=8))
def test_each_link_acts_at_most_once(near: Neighbours, clicks: list[tuple[str, dict[str, str], int]]) -> None:
    browsers = [near.browser(), near.browser()]
    path = near.town.bot.settings.database_path
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(":memory:")) as kept:
        db.backup(kept)
        before = {rule: count_acts(db, tags) for rule, (_, tags) in SENT.items()}
        try:
            for rule, form, browser in clicks:
                click(near, browsers[browser], rule, form)
            made = {rule: count_acts(db, tags) - before[rule] for rule, (_, tags) in SENT.items()}
        finally:
            kept.backup(db)
    assert all(0 <= times <= 1 for times in made.values()), made
