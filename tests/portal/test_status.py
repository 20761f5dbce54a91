"""The status page in each state, and what a link that does not work gives away."""

import re

import pytest

from bot.domain.accounts import AccountStatus
from bot.domain.cases import CaseStatus
from bot.services import accounts
from bot.store import accounts as kept
from bot.store import registration, turns
from bot.store.database import transaction
from tests.license_keys import KEYS, lay_stock
from tests.portal.conftest import Town
from tests.portal.test_registration import a_case

PERSONS = ("Dana", "Petra", "Uwe", "User0", "sponsor.example.org", "borealis.example.net", "Avery", "U0AVERY")


def read(town: Town, path: str | None = None, **headers: str) -> str:
    answer = town.client().get(path or town.link(), headers=headers)
    assert answer.status_code == 200
    return answer.text


def marks(page: str) -> list[str]:
    return re.findall(r'<li class="(\w+)"', page)


def test_a_complete_form_is_with_the_desk(town: Town) -> None:
    town.open_case()
    page = read(town)

    assert "Borealis Turbines GmbH" in page
    assert "The Onboarding desk</p>" in page
    assert "since 2 March 2026, 10:30 CET" in page
    assert marks(page) == ["done", "now", *["next"] * 7]


def test_an_incomplete_form_says_how_many_points_are_open_and_that_the_sponsor_has_the_mail(
    town: Town,
) -> None:
    town.open_case(problems=3)
    page = read(town)

    assert "3 points in the form are open" in page
    assert "The sponsor</p>" in page


def test_one_open_point_is_said_in_the_singular_and_in_german(town: Town) -> None:
    town.open_case(problems=1)

    assert "Ein Punkt im Formular ist offen" in read(town, f"{town.link()}?lang=de")


def test_an_approved_case_is_with_usher_until_everything_is_carried_out(town: Town) -> None:
    case = town.open_case()
    town.wait(days=1)
    town.approve(case)
    running = read(town)
    with town.bot.connect() as db:
        db.execute("update case_steps set state = 'desk' where name = 'keys'")
    done = read(town)

    assert ": it goes on by itself</p>" in running
    assert "the invitation to register" in running
    assert "The Onboarding desk</p>" in done
    assert marks(done) == ["done", "done", "done", "now", *["next"] * 5]
    assert "since 3 March 2026, 10:30 CET" in done


def test_a_decision_that_could_not_be_carried_out_is_with_the_desk(town: Town) -> None:
    town.approve(town.open_case())
    with town.bot.connect() as db:
        db.execute("update decisions set phase = 'failed'")

    assert "The Onboarding desk</p>" in read(town)


def test_since_is_said_of_whose_turn_it_is_and_not_of_the_decision_or_the_state(town: Town) -> None:
    case = town.open_case()
    town.approve(case)
    for change in ("update cases set status = 'provisioning'", "update case_steps set state = 'blocked'"):
        assert "since 2 March 2026" in read(town)  # Usher carries it out
        town.wait(days=3)
        with town.bot.connect() as db:
            db.execute(change)
            turns.change_all(db, [case.id], now=town.clock.now())

    assert "since 8 March 2026" in read(town)  # the desk has to act


def test_a_rejected_case_ends_kindly_and_keeps_the_desks_own_words_to_itself(town: Town) -> None:
    town.reject(town.open_case())
    page = read(town)

    assert "We are sorry" in page
    assert "owe us money" not in page
    assert marks(page) == ["done", "done", "stopped"]


@pytest.mark.parametrize(("supplied", "said"), [(False, "nothing is charged"), (True, "work no more")])
def test_a_closed_order_says_whether_something_of_it_is_lost(town: Town, supplied: bool, said: str) -> None:
    case = town.open_case()
    town.approve(case)
    with town.bot.connect() as db:
        lay_stock(db, town.bot.desk, KEYS, now=town.clock.now())
        if supplied:
            db.execute(
                "update license_keys set state = 'void', seat_id = (select min(id) from seats) where id = 1"
            )
        db.execute("update cases set status = 'withdrawn'")
    page = read(town)

    assert said in page
    assert ("Nothing is ordered" in page) is not supplied
    assert marks(page) == ["done", "stopped"]


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_state_has_a_page_in_every_language(town: Town, status: CaseStatus, lang: str) -> None:
    town.open_case()
    with town.bot.connect() as db:
        db.execute("update cases set status = ?", [status])
    page = read(town, f"{town.link()}?lang={lang}")

    assert f'<html lang="{lang}">' in page
    assert len(re.findall(r'aria-current="step"', page)) == (
        0 if status in {CaseStatus.REJECTED, CaseStatus.WITHDRAWN, CaseStatus.LIVE} else 1
    )


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_live_site_is_done_once_everybody_has_activated(town: Town, waiting: int) -> None:
    case, link = a_case(town), town.link()
    with town.bot.connect() as db, transaction(db):
        made = accounts.open_all(db, town.bot.desk, case, by="usher", now=town.bot.clock.now())
        for one in made[waiting:]:
            kept.move(
                db, one.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=town.bot.clock.now()
            )
        registration.invite(db, case.id, "greta@kunde.example.org", now=town.bot.clock.now())
        approved = "update registrations set stage = 'submitted', choice = 'approved', made_at = ?"
        db.execute(approved, ["2026-03-09T09:00:00+00:00"])
        db.execute("update cases set status = 'live'")
    page = read(town, link)

    assert ("One user has still to activate" in page) == bool(waiting)
    assert ("All is done." in page) != bool(waiting)
    assert ("Users activate their accounts" in page) == bool(waiting)
    assert re.search(r"Organization registered</span>[^/]*/span>9 March 2026", page, re.DOTALL)
    assert marks(page)[-2:] == (["done", "now"] if waiting else ["done", "done"])


@pytest.mark.parametrize("problems", [0, 2])
def test_a_page_names_no_person_and_no_address_of_one(town: Town, problems: int) -> None:
    town.approve(town.open_case()) if not problems else town.open_case(problems=problems)
    page = read(town)

    assert [person for person in PERSONS if person in page] == []


def test_a_hostile_company_name_stays_text(town: Town) -> None:
    town.open_case(company="<script>alert(1)</script>\u202e{{ 7*7 }}\x00" + "x" * 5000)
    page = read(town)

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page
    assert "\u202e" not in page
    assert "x" * 130 not in page


def test_a_company_without_a_name_goes_by_its_case(town: Town) -> None:
    town.open_case(company="")

    assert "<h1>C-1</h1>" in read(town)


def test_looking_changes_nothing(town: Town) -> None:
    town.open_case()
    with town.bot.connect() as db:
        before = list(db.conn.iterdump())
    client = town.client()
    for _ in range(3):
        client.get(town.link())
        client.head(town.link())
        client.options(town.link())
        client.post(town.link(), data={"approve": "yes"})

    with town.bot.connect() as db:
        assert list(db.conn.iterdump()) == before


def test_unknown_and_expired_links_say_word_for_word_the_same(town: Town) -> None:
    town.open_case()
    known = town.link()
    town.wait(days=181)
    expired = town.client().get(known)
    unknown = town.client().get("/status/" + "A" * 43)

    assert (expired.status_code, unknown.status_code) == (410, 404)
    assert expired.text == unknown.text
    assert "onboarding@desk.example.com" in expired.text
    assert not {"Borealis", "C-1", "2026"} & set(re.findall(r"[\w-]+", expired.text))


def test_a_link_to_a_case_that_is_gone_is_an_unknown_link(town: Town) -> None:
    town.open_case()
    with town.bot.connect() as db:
        db.execute("update links set subject = 'C-99'")
    gone = town.client().get(town.link())

    assert gone.status_code == 404
    assert gone.text == town.client().get("/status/unknown").text


def test_a_link_of_another_purpose_opens_no_status_page(town: Town) -> None:
    town.open_case()
    with town.bot.connect() as db:
        db.execute("update links set purpose = 'activation'")

    assert town.client().get(town.link()).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/status/" + "a" * 10_000,
        "/status/%00",
        "/status/abc%00def",
        "/status/%0d%0aSet-Cookie:%20a=b",
        "/status/..%2f..%2fetc%2fpasswd",
        "/status/../../usher.db",
        "/status/%e2%80%ae%f0%9f%92%a5",
        "/status/%ff%fe",
        "/status/' or 1=1 --",
        "/status/{{7*7}}",
        "/status/",
        "/status",
        "/static/../../../policy.py",
        "/static/%2e%2e/status.html",
        "/static/..%5c..%5cwords.py",
    ],
)
def test_hostile_tokens_and_paths_get_the_kind_page(town: Town, path: str) -> None:
    answer = town.client().get(path)

    assert answer.status_code == 404
    assert "onboarding@desk.example.com" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "49" not in re.sub(r"<[^>]+>", "", answer.text)
