"""The pages of an Organization Administrator, and the terms they accept for everybody."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.outbox import JobStatus
from bot.domain.ris import Role
from bot.store import accounts, outbox
from bot.store.database import transaction
from handlers.portal import app
from tests.people import Browser, CountingHasher, move_in
from tests.portal.conftest import Town, client_of
from tests.portal.test_registration import a_case

TERMS = "/applications/ForumPass/terms"
NEW = {
    "salutation": "", "first_name": "Ina", "last_name": "Okoye", "email": "ina@kunde.example.org",
    "job_title": "", "language": "de", "role": "user",
}  # fmt: skip


@pytest.fixture
def people(town: Town) -> list[Account]:
    """Everybody of one organisation, active; the first is its administrator."""
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=CountingHasher()))
    with town.bot.connect() as db:
        return move_in(db, town.bot.desk, a_case(town), now=town.bot.clock.now())


def signed_in(town: Town, account: Account) -> Browser:
    browser = Browser(client_of(app.build(town.bot), town.bot.settings.portal_url))
    assert browser.sign_in(account.user_id).status_code == 303
    return browser


def everybody(town: Town) -> dict[str, Account]:
    with town.bot.connect() as db:
        return {one.email: one for one in accounts.list_of_organisation(db, 1)}


def test_a_user_is_added_invited_changed_and_deactivated(town: Town, people: list[Account]) -> None:
    browser = signed_in(town, people[0])
    assert browser.post("/users/new", on="/users/new", **NEW).headers["Location"] == "/users?done=created"
    ina = everybody(town)["ina@kunde.example.org"]
    assert ina.lang == "de"
    jo = {"email": "jo@kunde.example.org", "language": "en", "role": "user"}
    invited = browser.post("/users/invite", on="/users/invite", **jo)
    assert invited.headers["Location"] == "/users?done=invited"
    page = browser.get("/users?lang=de").text
    assert all(said in page for said in ("Ina Okoye", "jo@kunde.example.org", "wartet auf Aktivierung"))
    hers = f"/users/{ina.id}"
    changed = browser.post(f"{hers}/role", on=hers, role="application_administrator")
    assert changed.headers["Location"] == f"{hers}?done=role"
    assert "has been waiting since" in browser.post(f"{hers}/remind", on=hers).text
    town.send_mails()
    assert browser.post(f"{hers}/remind", on=hers).status_code == 303
    assert browser.post(f"{hers}/credential", on=hers).headers["Location"] == f"{hers}?done=asked"
    assert browser.post("/users/invitations/1/call-back", on="/users").status_code == 303
    unsure = browser.post(f"{hers}/deactivate", on=f"{hers}/deactivate")
    assert (unsure.status_code, "tick the box" in unsure.text) == (400, True)
    assert browser.post(f"{hers}/deactivate", on=f"{hers}/deactivate", sure="yes").status_code == 303
    assert "deactivated" in browser.get(hers).text
    again = browser.post(f"{hers}/reactivate", on=hers)
    assert again.headers["Location"] == f"{hers}?done=reactivated"
    assert "waits for activation" in browser.get(hers).text
    own = f"/users/{people[0].id}/deactivate"
    assert "your own account" in browser.get(own).text
    assert "always remains" in browser.post(own, on=own, sure="yes").text
    assert everybody(town)["ina@kunde.example.org"].role is Role.APPLICATION_ADMINISTRATOR


@pytest.mark.parametrize(
    ("lang", "one", "two"),
    [
        ("en", "1 open invitation that", "2 open invitations that"),
        ("de", "1 offene Einladung,", "2 offene Einladungen,"),
    ],
)
def test_before_deactivating_or_another_role_it_says_which_invitations_end(
    town: Town, people: list[Account], lang: str, one: str, two: str
) -> None:
    browser, own = signed_in(town, people[0]), f"/users/{people[0].id}/deactivate?lang={lang}"
    for number, said in enumerate(("", one, two)):
        assert said in browser.get(own).text
        assert said in browser.get(f"/users/{people[0].id}?lang={lang}").text
        assert ("Einladung" in browser.get(own).text or "invitation" in browser.get(own).text) == bool(said)
        new = {"email": f"jo{number}@kunde.example.org", "language": lang, "role": "user"}
        browser.post("/users/invite", on="/users/invite", **new)
    assert "invitation" not in browser.get(f"/users/{people[1].id}/deactivate").text


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    town: Town, people: list[Account]
) -> None:
    browser = signed_in(town, people[0])
    wrong = NEW | {"first_name": "", "email": "<b>no</b>", "last_name": "=cmd|' /C calc'!A1{{7*7}}"}
    answer = browser.post("/users/new", on="/users/new", **wrong)

    assert answer.status_code == 400
    assert answer.text.count('aria-invalid="true"') == 3
    assert 'href="#first_name"' in answer.text
    assert "&lt;b&gt;no&lt;/b&gt;" in answer.text
    assert "{{7*7}}" in answer.text
    assert "ina@kunde.example.org" not in everybody(town)


def test_a_colleagues_address_takes_a_tick_and_the_form_keeps_what_was_typed(
    town: Town, people: list[Account]
) -> None:
    browser, new = signed_in(town, people[0]), NEW | {"email": people[1].email}
    asked = browser.post("/users/new", on="/users/new", **new)
    assert asked.status_code == 400
    assert all(said in asked.text for said in (people[1].last_name, 'value="Okoye"', 'name="shared"'))
    assert len(everybody(town)) == len(people)
    elsewhere = browser.post("/users/invite", on="/users/invite", shared=people[1].email, **NEW)
    assert elsewhere.status_code == 303
    other = browser.post("/users/new", on="/users/new", shared="x@y.example", **new)
    assert other.status_code == 400  # ticked for another address
    assert browser.post("/users/new", on="/users/new", shared=people[1].email, **new).status_code == 303
    again = browser.post("/users/new", on="/users/new", shared=people[1].email, **new)
    assert again.headers["Location"] == "/users?done=created"
    with town.bot.connect() as db:
        assert len(accounts.list_by_email(db, people[1].email)) == 2


def test_only_an_administrator_sees_or_does_any_of_it(town: Town, people: list[Account]) -> None:
    user = next(one for one in people if not one.is_administrator)
    browser, stranger = signed_in(town, user), client_of(app.build(town.bot), town.bot.settings.portal_url)
    rules = [
        re.sub(r"<int:\w+>", str(people[0].id), rule.rule)
        for rule in app.build(town.bot).url_map.iter_rules()
        if rule.rule.startswith("/users") and "GET" in (rule.methods or ())
    ]
    assert len(rules) == 5
    for path in rules:
        assert browser.get(path).status_code == 403
        assert stranger.get(path).headers["Location"].partition("?then=")[0] == "/sign-in"
    acts = ("role", "deactivate", "reactivate", "remind", "reset", "credential", "key")
    for path in ("/users/new", "/users/invite", *(f"/users/{people[0].id}/{act}" for act in acts)):
        assert browser.post(path, on="/dashboard", **NEW).status_code in (400, 403)
    assert everybody(town) == {one.email: one for one in people}
    assert browser.get("/users/999").status_code == 403
    assert signed_in(town, people[0]).get("/users/999").status_code == 404


def test_whoever_is_invited_registers_and_goes_on_to_activate(town: Town, people: list[Account]) -> None:
    administrator, stranger = (
        signed_in(town, people[0]),
        Browser(client_of(app.build(town.bot), town.bot.settings.portal_url)),
    )
    form, jo = administrator.get("/users/invite").text, "jo@kunde.example.org"
    assert '<option value="en" selected>' in form  # her own language, until another is chosen
    administrator.post("/users/invite", on="/users/invite", email=jo, language="de", role="user")
    link = f"/join/{town.tokens[-1]}"
    assert all(said in stranger.get(link).text for said in (jo, 'lang="de"'))
    assert stranger.post(link, on=link, first_name="", last_name="").status_code == 400
    assert "jo@kunde.example.org" not in everybody(town)
    answer = stranger.post(
        link, on=link, first_name="Jo", last_name="Lund", role="organization_administrator"
    )

    assert re.fullmatch(r"/activate/[\w-]+\?lang=de", answer.headers["Location"])
    assert "Jo Lund" in stranger.get(answer.headers["Location"]).text
    assert everybody(town)["jo@kunde.example.org"].role is Role.USER
    assert everybody(town)["jo@kunde.example.org"].lang == "de"
    with town.bot.connect() as db:
        mailed = {job.template: job.values.get("lang") for job in outbox.list_jobs(db, tuple(JobStatus))}
    assert (mailed["self_registration"], mailed["activation"]) == ("de", "de")
    assert stranger.get(link).status_code == 404
    mail = stranger.post(f"{link}/again", on=link)
    assert mail.headers["Location"] == "/join/sent"
    assert "on its way" in stranger.get("/join/sent").text


def test_whoever_is_invited_and_has_an_account_by_now_reads_what_they_can_do(
    town: Town, people: list[Account]
) -> None:
    administrator, stranger = signed_in(town, people[0]), a_browser(town)
    email, ina = NEW["email"], {"first_name": NEW["first_name"], "last_name": NEW["last_name"]}
    administrator.post("/users/invite", on="/users/invite", email=email, language="en", role="user")
    link = f"/join/{town.tokens[-1]}"
    administrator.post("/users/new", on="/users/new", **NEW)

    page = stranger.post(link, on=link, **ina)
    assert page.status_code == 400
    assert everybody(town)[email].user_id in page.text
    assert "Activate it by our mail" in page.text
    assert "list of users" not in page.text
    listed = administrator.get("/users").text
    assert f"{ina['first_name']} {ina['last_name']} has an account with this address by now" in listed


@pytest.mark.parametrize("way", ["called_back", "demoted"])
def test_whose_invitation_has_ended_reads_so_and_whom_to_ask(
    town: Town, people: list[Account], way: str
) -> None:
    administrator, stranger = signed_in(town, people[0]), a_browser(town)
    other = next(one for one in people if not one.is_administrator)
    with town.bot.connect() as db, transaction(db):
        accounts.set_role(db, other.id, Role.ORGANIZATION_ADMINISTRATOR)
    second = signed_in(town, other)
    second.post("/users/invite", on="/users/invite", email="jo@k.example", language="de", role="user")
    link = f"/join/{town.tokens[-1]}"
    if way == "called_back":
        second.post("/users/invitations/1/call-back", on="/users")
    else:
        administrator.post(f"/users/{other.id}/role", on=f"/users/{other.id}", role="user")
    page, users = stranger.get(f"{link}?lang=de"), administrator.get("/users").text

    assert ("jo@k.example" in users, "Invitations that have ended" in users) == (way == "demoted",) * 2
    assert page.status_code == 404
    assert "Diese Einladung gilt nicht mehr" in page.text
    assert f"{link}/again" not in page.text


def test_the_same_form_sent_twice_is_answered_twice_the_same_and_to_that_browser_only(
    town: Town, people: list[Account]
) -> None:
    administrator, mine, other = signed_in(town, people[0]), a_browser(town), a_browser(town)
    administrator.post("/users/invite", on="/users/invite", email="jo@k.example", language="en", role="user")
    link, jo = f"/join/{town.tokens[-1]}", {"first_name": "Jo", "last_name": "Lund"}
    token, others = mine.token(link), other.token(link)  # both have the page open
    first = mine.client.post(link, data=jo | {"csrf_token": token})
    made, before = set(everybody(town)), list(town.tokens)

    again = mine.client.post(link, data=jo | {"csrf_token": token})
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert "Jo Lund" in mine.get(first.headers["Location"]).text
    for browser, typed in (
        (other, jo | {"csrf_token": others}),
        (mine, {"first_name": "Jo", "last_name": "Lundt", "csrf_token": token}),
    ):
        refused = browser.client.post(link, data=typed)
        assert (refused.status_code, "registered with it already" in refused.text) == (404, True)
    assert (set(everybody(town)), town.tokens) == (made, before)


def a_browser(town: Town) -> Browser:
    return Browser(client_of(app.build(town.bot), town.bot.settings.portal_url))


def test_a_role_of_another_version_is_named_as_such_and_gives_nothing(
    town: Town, people: list[Account]
) -> None:
    with town.bot.connect() as db, transaction(db):
        db.execute("update accounts set role = 'billing_contact' where id = ?", [people[1].id])
    browser, theirs = signed_in(town, people[0]), f"/users/{people[1].id}"
    for lang, said in (
        ("en", "unknown role “billing_contact”"),
        ("de", "unbekannte Rolle „billing_contact“"),
    ):
        assert all(said in browser.get(f"{page}?lang={lang}").text for page in ("/users", theirs))
    assert '<option value="" selected>unknown role' in browser.get(theirs).text
    assert browser.post(f"{theirs}/role", on=theirs, role="").status_code == 404
    assert signed_in(town, people[1]).get("/users").status_code == 403
    assert browser.post(f"{theirs}/role", on=theirs, role="user").status_code == 303


def test_the_administrator_agrees_and_everybody_can_open_it(town: Town, people: list[Account]) -> None:
    user = next(one for one in people if one.role is Role.USER)
    waiting, administrator = signed_in(town, user), signed_in(town, people[0])
    assert people[0].name in waiting.get("/dashboard").text
    assert people[0].name in waiting.get(TERMS).text
    assert 'name="agree"' not in waiting.get(TERMS).text
    others = sum(not one.is_administrator for one in people)
    for page in ("/dashboard", TERMS):
        assert f"{others} people of your organization wait." in administrator.get(page).text
        assert "of your organization wait" not in waiting.get(page).text
    assert TERMS in administrator.get("/dashboard").text
    digest = re.search(r'name="digest" value="(\w+)"', administrator.get(TERMS).text)
    assert digest

    assert administrator.post(TERMS, on=TERMS, digest=digest[1]).status_code == 400
    assert administrator.post(TERMS, on=TERMS, digest="0" * 64, agree="yes").status_code == 400
    assert waiting.post(TERMS, on="/dashboard", digest=digest[1], agree="yes").status_code == 409
    assert administrator.post(TERMS, on=TERMS, digest=digest[1], agree="yes").status_code == 303
    assert "Go to Dashboard" in administrator.get(TERMS).text
    assert people[0].name not in waiting.get("/dashboard").text
    assert administrator.get("/applications/Other/terms").status_code == 409


@pytest.mark.parametrize("path", ["/", "/dashboard", "/account"])
def test_a_page_asks_the_database_nothing_twice(
    town: Town, people: list[Account], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, asked, execute = signed_in(town, people[0]), list[str](), Database.execute

    def note(db: Database, sql: str, *values: Any) -> Any:  # noqa: ANN401 - sqlite-utils' own signature
        asked.append(f"{sql} {values}")
        return execute(db, sql, *values)

    monkeypatch.setattr(Database, "execute", note)
    assert browser.get(path).status_code == 200
    assert len(asked) == len(set(asked)) > 0


def test_the_pages_that_the_programme_has_elsewhere_are_linked_where_they_help(
    town: Town, people: list[Account]
) -> None:
    pages = {name: f"https://www.example.com/{name}" for name in ("fis", "administrator", "webinars")}
    policy = town.bot.desk.policy
    mag = policy.mag.model_copy(update={f"{name}_url": url for name, url in pages.items()})
    policy = policy.model_copy(update={"programmes": policy.programmes | {"mag": mag}})
    assert (
        "https://www.example.com" not in signed_in(town, people[0]).get("/users").text.partition("<footer")[0]
    )
    town.bot = replace(town.bot, desk=replace(town.bot.desk, policy=policy))
    browser = signed_in(town, people[0])

    assert f'href="{pages["fis"]}"' in browser.get("/dashboard").text
    users = browser.get("/users").text
    assert all(f'href="{pages[name]}"' in users for name in ("administrator", "webinars"))


def test_of_a_user_who_is_none_of_theirs_the_page_leads_back_to_their_own(
    town: Town, people: list[Account]
) -> None:
    browser = signed_in(town, people[0])
    shown = browser.get("/users/4711")

    assert shown.status_code == 404
    assert '<a class="onward" href="/users">Back to the page before</a>' in shown.text
