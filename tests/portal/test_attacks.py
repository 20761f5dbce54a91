"""Every page of the portal, whoever asks for it: strangers read nothing, change nothing, and burn no link.

A new page has to say here for whom it is: `ROWS` has one line for each rule and method that the portal knows.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum, auto

import pytest
from werkzeug.test import TestResponse

from bot.domain.accounts import Account
from bot.domain.phone_codes import PURPOSE
from bot.domain.ris import Role
from handlers.portal import app
from tests.invited import CONSENTS, FORM
from tests.people import COOKIE, HOST, KEY, PASSWORD
from tests.portal.conftest import Town
from tests.portal.neighbours import BELONGS, COUNTERS, PHONE, Neighbours, neighbours
from tests.portal.people import csrf_of


class For(StrEnum):
    """Whom a page answers with what it has."""

    ANYBODY = auto()
    HOLDER = auto()  # of its link
    SIGNED_IN = auto()  # with what is their own
    ADMINISTRATOR = auto()  # of the organisation whose people it is about
    PARTNER = auto()  # of the Extranet, with what is their own


@dataclass(frozen=True)
class Row:
    """For whom a rule is, and the fields that somebody sends who means it."""

    to: For
    typed: dict[str, str] = field(default_factory=dict)


NEW_PASSWORD = {"password": "Zwölf Esel 8 singen", "again": "Zwölf Esel 8 singen"}
QUESTIONS = {
    "question1": "teacher", "answer1": "Frau Rot", "question2": "pet", "answer2": "Waldi",
    "question3": "dish", "answer3": "Suppe",
}  # fmt: skip
PERSON = {
    "salutation": "", "first_name": "Mallory", "last_name": "Doe", "email": "mallory@evil.example.org",
    "job_title": "", "language": "en", "role": "organization_administrator",
}  # fmt: skip
INVITED = {name: PERSON[name] for name in ("email", "language", "role")} | {"shared": PERSON["email"]}
ROWS = {
    **dict.fromkeys(
        (
            "GET /", "GET /contact", "GET /imprint", "GET /privacy", "GET /terms", "GET /brand/style",
            "GET /faq", "GET /faq/<topic>", "GET /contact/sent", "GET /brand/logo",
            "GET /static/<path:filename>", "GET /ris", "GET /ris/<name>", "GET /sign-in",
            "GET /password", "GET /password/forgotten", "GET /password/asked/<method>", "GET /password/done",
            "GET /activate/sent", "GET /join/sent", "GET /register", "POST /ris", "GET /invite/asked",
            "GET /register/partner/asked", "GET /register/sent", "GET /prolong", "GET /prolong/asked",
        ),
        Row(For.ANYBODY),
    ),
    "POST /contact": Row(
        For.ANYBODY,
        {"do": "send", "question": "Who?", "name": "Mal", "email": "mallory@evil.example.org"},
    ),
    "POST /faq/<topic>": Row(For.ANYBODY, {"helped": "no"}),
    "POST /faq/answer/<token>": Row(For.HOLDER, {"helped": "no"}),
    "POST /sign-in": Row(For.ANYBODY, {"name": "ada@quist.example.net", "password": "wrong"}),
    "POST /password/forgotten": Row(For.ANYBODY, {"name": "ada@quist.example.net", "method": "link"}),
    "POST /register/partner": Row(
        For.ANYBODY, {"email": "mallory@evil.example.org", "name": "Mal", "company": "Evil"}
    ),
    "POST /prolong": Row(For.ANYBODY, {"name": "ada@quist.example.net"}),
    "POST /register": Row(For.ANYBODY, {"email": "ada@quist.example.net"}),
    **dict.fromkeys(
        (
            "GET /status/<token>", "GET /enroll/<token>", "GET /register/<token>", "GET /join/<token>",
            "GET /phone-reset/<token>", "GET /email/<token>", "GET /activate/<token>",
            "GET /password/<token>", "GET /activate/<token>/questions/<draft>", "POST /enroll/<token>/again",
            "POST /register/<token>/again", "POST /activate/<token>/again", "POST /join/<token>/again",
            "GET /invite/<token>", "GET /invite/sent/<token>", "POST /invite/sent/<token>",
            "POST /invite/<token>/again", "GET /activate/<token>/authenticator/<draft>",
            "GET /prolong/<token>", "GET /faq/answer/<token>",
        ),
        Row(For.HOLDER),
    ),
    "POST /enroll/<token>": Row(For.HOLDER, {"code": "123456"}),
    "POST /register/<token>": Row(For.HOLDER, {"do": "start"}),
    "POST /join/<token>": Row(For.HOLDER, PERSON),
    "POST /phone-reset/<token>": Row(For.HOLDER, {"sure": "yes"}),
    "POST /email/<token>": Row(For.HOLDER, {"do": "no", "sure": "yes"}),
    "POST /activate/<token>": Row(For.HOLDER, NEW_PASSWORD),
    "POST /activate/<token>/questions/<draft>": Row(For.HOLDER, QUESTIONS),
    "POST /activate/<token>/authenticator/<draft>": Row(For.HOLDER, {"code": "123456"}),
    "POST /invite/<token>": Row(For.HOLDER, {"do": "submit", **FORM, **CONSENTS}),
    "POST /prolong/<token>": Row(For.HOLDER, {"do": "complete", **NEW_PASSWORD}),
    "POST /password/<token>": Row(For.HOLDER, {"answer": "Frau Rot", **NEW_PASSWORD}),
    **dict.fromkeys(
        (
            "GET /dashboard", "GET /dashboard/license-key", "GET /dashboard/phones", "GET /passcode",
            "GET /passcode/<int:phone>", "GET /account", "GET /account/data", "GET /account/sessions",
            "GET /password/changed",
            "GET /security-questions", "GET /security-questions/changed",
            "GET /applications/<application>/terms", "POST /dashboard/sign-out",
            "POST /dashboard/phones/<int:phone>/remove", "POST /passcode/<int:phone>/again",
            "POST /passcode/certificate", "GET /dashboard/recovery-codes",
            "POST /dashboard/recovery-codes", "GET /passcode/lost", "POST /passcode/lost",
        ),
        Row(For.SIGNED_IN),
    ),
    **dict.fromkeys(
        (
            "GET /home", "GET /home/recovery-codes", "POST /home/recovery-codes", "GET /home/authenticator",
            "GET /passcode/authenticator",
        ),
        Row(For.PARTNER),
    ),
    "POST /home/authenticator": Row(For.PARTNER, {"code": "123456", "current": PASSWORD}),
    "POST /passcode/authenticator": Row(For.PARTNER, {"code": "123456"}),
    "POST /dashboard/launch": Row(For.SIGNED_IN, {"application": "ForumPass"}),
    "POST /dashboard/license-key": Row(For.SIGNED_IN, {"key": KEY}),
    "POST /dashboard/phones": Row(For.SIGNED_IN, {"number": PHONE}),
    "POST /passcode": Row(For.SIGNED_IN, {"phone": "1"}),
    "POST /passcode/<int:phone>": Row(For.SIGNED_IN, {"code": "123456"}),
    "POST /passcode/lost/code": Row(For.SIGNED_IN, {"code": "ABCD-EFGH"}),
    "POST /account/language": Row(For.SIGNED_IN, {"language": "de"}),
    "POST /account/email": Row(For.SIGNED_IN, {"email": "ada@quist.example.net", "current": PASSWORD}),
    "POST /account/sessions": Row(For.SIGNED_IN, {"session": "", "current": PASSWORD}),
    "POST /password": Row(For.SIGNED_IN, {"current": PASSWORD, **NEW_PASSWORD}),
    "POST /security-questions": Row(For.SIGNED_IN, {"current": PASSWORD, **QUESTIONS}),
    "POST /applications/<application>/terms": Row(For.SIGNED_IN, {"agree": "yes", "digest": "0" * 64}),
    **dict.fromkeys(
        (
            "GET /users", "GET /users/new", "GET /users/invite", "GET /users/<int:number>",
            "GET /users/<int:number>/deactivate", "POST /users/<int:number>/reactivate",
            "POST /users/<int:number>/remind",
            "POST /users/<int:number>/lost-phones", "POST /users/<int:number>/not-lost",
            "POST /users/<int:number>/reset", "POST /users/<int:number>/credential",
            "POST /users/invitations/<int:number>/call-back",
            "POST /users/invitations/<int:number>/again",
        ),
        Row(For.ADMINISTRATOR),
    ),
    "POST /users/new": Row(For.ADMINISTRATOR, PERSON),
    "POST /users/invite": Row(For.ADMINISTRATOR, INVITED),
    "POST /users/<int:number>/deactivate": Row(For.ADMINISTRATOR, {"sure": "yes"}),
    "POST /users/<int:number>/role": Row(For.ADMINISTRATOR, {"role": "user"}),
    "POST /users/<int:number>/key": Row(For.ADMINISTRATOR, {"to": "2", "seen": "x"}),
}  # fmt: skip

ROLES = (Role.USER, Role.APPLICATION_ADMINISTRATOR, Role.ORGANIZATION_ADMINISTRATOR)


def rules_of(town: Town) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.build(town.bot).url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_page_says_for_whom_it_is(town: Town) -> None:
    assert rules_of(town) == set(ROWS)


def test_every_table_of_an_account_or_organisation_is_looked_at(town: Town) -> None:
    with town.bot.connect() as db:
        held = {
            table
            for table in db.table_names()
            if {"account_id", "organisation"} & {column.name for column in db[table].columns}
        }

    assert held - COUNTERS <= set(BELONGS)


# Another organisation's, or a colleague's


def allowed(row: Row, who: Account | None, answer: TestResponse, rule: str) -> bool:
    """Whether that answer is one that somebody may have who is not meant."""
    if row.to is For.SIGNED_IN or (row.to is For.ADMINISTRATOR and who is None):
        led = (answer.location or "").partition("?then=")[0] == "/sign-in"
        return answer.status_code == 303 and led if who is None else answer.status_code < 500
    if row.to is For.PARTNER:
        return answer.status_code == 303 and answer.location == ("/dashboard" if who else "/sign-in")
    if row.to is For.ADMINISTRATOR and who is not None:
        refused = answer.status_code in {403, 404, 409}
        return refused or (who.is_administrator and "number" not in rule and answer.status_code in {200, 303})
    if row.to is For.HOLDER and rule.startswith("GET"):
        return answer.status_code == 404
    return answer.status_code < 500


def attack(near: Neighbours, who: Account | None, rule: str) -> TestResponse:
    row, (method, path) = ROWS[rule], rule.split(" ", 1)
    return near.ask(
        near.signed_in(who), method, near.path(path), data=row.typed if method == "POST" else None
    )


@pytest.mark.slow
@pytest.mark.parametrize("role", [None, *ROLES], ids=str)
def test_nothing_of_another_organisation_is_read_or_changed(town: Town, role: Role | None) -> None:
    near = neighbours(town, WTF_CSRF_ENABLED=False)
    who = next((one for one in near.others if one.role is role), None)
    before, read, odd = near.belongings(), [], []
    for rule, row in ROWS.items():
        answer = attack(near, who, rule)
        said = re.sub(
            r"\b[0-9a-f]{64}\b", "", answer.text.lower()
        )  # any digits may stand in a session's name
        for typed in row.typed.values():
            said = said.replace(typed.lower(), "")
        read += [(rule, tale) for tale in near.telltales() if tale in said]
        odd += [] if allowed(row, who, answer, rule) else [(rule, answer.status_code, answer.location)]
        assert rule.startswith("GET") or near.belongings() == before, rule

    assert (read, odd) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.USER, Role.APPLICATION_ADMINISTRATOR], ids=str)
def test_a_colleague_does_nothing_that_is_an_administrators_or_anothers(town: Town, role: Role) -> None:
    near = neighbours(town, WTF_CSRF_ENABLED=False)
    who = next(one for one in near.victims if one.role is role)
    hers = [rule for rule in ROWS if ROWS[rule].to is For.ADMINISTRATOR or "<int:phone>" in rule]
    assert len(hers) > 15
    for rule in hers:
        before = [{**rows, "sessions": []} for rows in [near.belongings()]]
        answer = attack(near, who, rule)
        assert [{**rows, "sessions": []} for rows in [near.belongings()]] == before, rule
        assert PHONE[-4:] not in answer.text
        assert answer.status_code in ({403} if ROWS[rule].to is For.ADMINISTRATOR else {303, 400}), rule


@pytest.mark.slow
def test_a_number_that_no_database_holds_is_nobodys_page(town: Town) -> None:
    near = neighbours(town)
    browser = near.signed_in(near.victims[0])
    token = csrf_of(near.ask(browser, "GET", "/account").text)
    asked = [
        (method, re.sub("<int:.*?>", "9" * 25, rule.rule))
        for rule in near.portal.url_map.iter_rules()
        for method in {"GET", "POST"} & (rule.methods or set())
        if "<int:" in rule.rule
    ]

    statuses = {near.ask(browser, *one, data={"csrf_token": token}).status_code for one in asked}
    assert len(asked) > 10
    assert statuses <= {404, 405}  # a number that is none may fit another rule, of another method


@pytest.mark.slow
def test_a_link_opens_the_page_of_its_own_purpose_only(town: Town) -> None:
    near = neighbours(town, WTF_CSRF_ENABLED=False)
    before = near.belongings()
    for own, token in near.links.items():
        for rule in near.links:
            answer = near.ask(near.browser(), "GET", near.path(rule, token=token))
            assert answer.status_code == (200 if rule == own else 404), (own, rule)
        for rule, row in ROWS.items():
            method, path = rule.split(" ", 1)
            if method == "POST" and "<token>" in path and not path.startswith(own):
                near.ask(near.browser(), "POST", near.path(path, token=token), data=row.typed)
    assert near.belongings() == before


# Forms of other sites


@pytest.mark.slow
def test_no_form_acts_without_its_token_or_from_another_site(town: Town) -> None:
    near = neighbours(town)
    browser = near.signed_in(near.others[0])
    token = csrf_of(near.ask(browser, "GET", "/dashboard").text)
    before, posts = near.dump(), [rule for rule in ROWS if rule.startswith("POST")]
    assert len(posts) > 30
    for rule in posts:
        path, typed = near.path(rule.split(" ", 1)[1]), ROWS[rule].typed
        sealed, away = {"csrf_token": token, **typed}, {"Sec-Fetch-Site": "cross-site"}
        answers = [
            near.ask(browser, "POST", path, data=typed),
            near.ask(browser, "POST", path, data={"csrf_token": "made-up", **typed}),
            near.ask(browser, "POST", path, data=sealed, headers=away),
            near.ask(browser, "POST", path, data=sealed, headers={"Sec-Fetch-Site": "same-site"}),
            near.ask(near.browser(), "POST", path, data=sealed),  # a token belongs to one browser
        ]
        assert [answer.status_code for answer in answers] == [400] * 5, rule
        assert all("Please send that once more" in answer.text for answer in answers), rule
    assert near.dump() == before


# Sessions that somebody else knows


@pytest.mark.slow
def test_a_cookie_that_was_known_before_is_worth_nothing_after_any_way_in(town: Town) -> None:
    near = neighbours(town, WTF_CSRF_ENABLED=False)
    person, browser, known = near.others[0], near.browser(), list[str]()

    def step(path: str, **typed: str) -> str:
        found = browser.get_cookie(COOKIE, HOST)
        known.append(found.value if found else "")
        return near.ask(browser, "POST", path, data=typed).location

    near.ask(browser, "GET", "/sign-in")  # a planted cookie, whose token its planter knows
    assert step("/sign-in", name=person.user_id, password=PASSWORD) == "/dashboard"
    for _ in range(2):
        place = near.ask(browser, "POST", "/passcode", data={"phone": "2"}).location
        assert step(place, code=newest_code(town)) == "/dashboard"
        town.wait(minutes=3)
    link = f"/activate/{near.links['/activate/<token>']}"
    second = near.ask(browser, "POST", link, data=NEW_PASSWORD).location
    assert step(second, **QUESTIONS) == "/dashboard"
    step("/dashboard/sign-out")

    assert len(set(known)) == len(known) == 5
    for cookie in known:
        other = near.browser()
        other.set_cookie(COOKIE, cookie, domain=HOST, secure=True)
        assert near.ask(other, "GET", "/dashboard").location in {"/sign-in", "/sign-in?ended=elsewhere"}


def newest_code(town: Town) -> str:
    with town.bot.connect() as db:
        (found,) = db.query("select sealed from phone_codes order by id desc limit 1")
    return town.bot.desk.keyring.open(PURPOSE, found["sealed"])


# Programs that open links
