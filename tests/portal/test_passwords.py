"""Change a password, Account Recovery, Change Security Questions: what strangers learn, what tries cost."""

import re
from dataclasses import replace

import pytest
from sqlite_utils import Database

from bot.domain.accounts import AccountStatus
from bot.domain.passwords import HowSet
from bot.domain.security_questions import Given
from bot.domain.sessions import Strength
from bot.services import activation, passwords, sessions
from bot.store import accounts, events
from bot.store import passwords as kept
from bot.store.database import transaction
from tests.portal.conftest import Town
from tests.portal.people import ANSWERS, GOOD, NEW, Person, a_person, csrf_of, people

ASK = "/password/forgotten"


def active(town: Town) -> list[Person]:
    """Everybody has activated their account, some days ago; the administrator by the pages."""
    greta, *others = people(town)
    greta.activate()
    with town.bot.connect() as db:
        for person in others:
            token, now = person.link.rpartition("/")[2], town.clock.now()
            draft, _ = activation.choose_password(db, town.bot.desk, token, GOOD, now=now)
            given = [Given(ANSWERS[f"question{n}"], ANSWERS[f"answer{n}"]) for n in "123"]
            activation.complete(db, town.bot.desk, token, draft, given, now=now)
    town.wait(days=2)
    return [greta, *others]


def sign_in(person: Person) -> None:
    """Afresh, after the days that passed."""
    town = person.town
    with town.bot.connect() as db, transaction(db):
        token = sessions.begin(
            db, town.bot.desk, person.account, strength=Strength.PASSWORD, now=town.clock.now()
        )
    with person.client.session_transaction(base_url=town.bot.settings.portal_url) as cookie:
        cookie["visit"] = token


def has(person: Person, password: str) -> bool:
    with person.town.bot.connect() as db:
        return passwords.check_password(db, person.town.bot.desk, person.number, password)


def change(person: Person, new: str, current: str = GOOD) -> tuple[int, str]:
    answer = person.post("/password", current=current, password=new, again=new)
    return answer.status_code, answer.text


def ask(by: Person, name: str, method: str = "link") -> tuple[int, str, str]:
    client = by.stranger()
    csrf = csrf_of(client.get(ASK).text)
    answer = client.post(ASK, data={"csrf_token": csrf, "name": name, "method": method})
    return answer.status_code, answer.location or "", re.sub(r'value="[^"]*"', "", answer.text)


def link_of(person: Person) -> str:
    """One more way back, which is mailed as soon as the one before is some minutes old."""
    person.town.wait(minutes=5)
    ask(person, person.account.user_id)
    return f"/password/{person.town.tokens[-1]}"


def recover(person: Person, link: str, *, answer: str = "", new: str = NEW) -> tuple[int, str]:
    page = person.client.get(link).text
    asked = next((n for n in "123" if words_of(ANSWERS[f"question{n}"]) in page), "1")
    given = answer or ANSWERS[f"answer{asked}"].upper()
    sent = person.client.post(
        link, data={"csrf_token": csrf_of(page), "answer": given, "password": new, "again": new}
    )
    return sent.status_code, sent.location or sent.text


def words_of(question: str) -> str:
    return {"teacher": "taught you to read", "pet": "first pet", "dish": "Which dish"}[question]


def test_a_change_ends_the_other_sessions_and_tells_the_owner(town: Town) -> None:
    greta = active(town)[0]
    sign_in(greta)
    elsewhere = replace(greta, client=greta.stranger())
    sign_in(elsewhere)

    assert change(greta, NEW)[0] == 303
    assert (has(greta, NEW), has(greta, GOOD)) == (True, False)
    assert "Account Recovery" in elsewhere.client.get("/password").text
    assert "is changed" in greta.client.get("/password/changed").text
    (mail,) = greta.mails("password_changed")
    assert NEW not in mail


@pytest.mark.slow
def test_a_day_has_to_pass_and_the_page_says_until_when(town: Town) -> None:
    greta = active(town)[0]
    sign_in(greta)
    change(greta, NEW)

    assert "3 March" not in greta.client.get("/password").text
    assert "may be changed again from 5 March 2026, 10:30 CET on" in greta.client.get("/password").text
    csrf = csrf_of(greta.client.get("/security-questions").text)
    sent = {"csrf_token": csrf, "current": NEW, "password": GOOD + " 2", "again": GOOD + " 2"}
    assert greta.client.post("/password", data=sent).status_code == 400
    assert has(greta, NEW)


@pytest.mark.slow
def test_none_of_the_last_24_comes_again_and_the_25th_does(town: Town) -> None:
    greta = active(town)[0]
    current = GOOD
    for number in range(23):
        town.wait(days=2)
        sign_in(greta)
        assert change(greta, f"Esel {number} im Boot!", current)[0] == 303
        current = f"Esel {number} im Boot!"
    town.wait(days=2)
    sign_in(greta)
    status, page = change(greta, GOOD, current)
    assert (status, "one of your last 24 passwords" in page) == (400, True)

    assert change(greta, NEW, current)[0] == 303
    town.wait(days=2)
    sign_in(greta)
    assert change(greta, GOOD, NEW)[0] == 303


@pytest.mark.slow
def test_the_present_password_is_tried_a_few_times_and_then_rests(town: Town) -> None:
    greta = active(town)[0]
    sign_in(greta)
    told = [change(greta, NEW, f"wrong {number}")[1] for number in range(5)]
    status, page = change(greta, NEW, GOOD)

    assert all("not your present password" in page for page in told)
    assert (status, "wrong too often" in page) == (400, True)
    assert has(greta, GOOD)
    town.wait(minutes=16)
    assert change(greta, NEW, GOOD)[0] == 303


def test_two_changes_at_once_make_one(town: Town) -> None:
    greta = active(town)[0]
    sign_in(greta)
    with town.bot.connect() as db:
        since = accounts.find_password(db, greta.number)
        account = greta.account
        done = [put(db, town, account.id, since, text) for text in (NEW, NEW + "!")]

    assert done == [True, False]
    assert has(greta, NEW)


def put(db: Database, town: Town, number: int, since: str, text: str) -> bool:
    hashed = passwords.make_hash(town.bot.desk, text)
    with transaction(db):
        return kept.swap(db, number, hashed, since=since, how=HowSet.CHANGE, keep=24, now=town.clock.now())


@pytest.mark.parametrize("method", ["link", pytest.param("administrator", marks=pytest.mark.slow)])
def test_nobody_learns_from_asking_who_has_an_account(town: Town, method: str) -> None:
    greta, tom, *_ = active(town)
    greta.hasher.calls.clear()
    names = [tom.account.user_id, tom.account.email, "zzzz-9999", "no@example.org", "x" * 900, "' or 1=1"]
    told, calls, noted = set(), set(), set()
    for name in names:
        town.wait(minutes=5)
        before = count_events(town)
        greta.hasher.calls.clear()
        told.add(ask(greta, name, method))
        calls.add(tuple(greta.hasher.calls))
        noted.add(count_events(town) - before >= 1)

    assert len(told) == 1
    assert calls == {("verify",)}
    assert noted == {True}
    assert len(tom.mails("recovery")) == (2 if method == "link" else 0)
    assert len(greta.mails("reset_wished")) == (0 if method == "link" else 1)


def count_events(town: Town) -> int:
    with town.bot.connect() as db:
        return db["events"].count


def test_a_link_and_an_answer_make_a_new_password_and_end_every_session(town: Town) -> None:
    greta = active(town)[0]
    sign_in(greta)
    link = link_of(greta)
    stranger = replace(greta, client=greta.stranger())

    assert recover(stranger, link) == (303, "/password/done")
    assert has(greta, NEW)
    assert "Account Recovery" in greta.client.get("/password").text
    assert stranger.client.get(link).status_code == 404
    assert "was reset" in greta.mails("password_changed")[-1]
    sign_in(greta)
    assert change(greta, "Grün-Esel 3 tanzt", NEW)[0] == 303  # after a reset nothing has to be waited for


def test_of_two_clicks_on_a_link_the_second_hears_what_the_first_has_done(town: Town) -> None:
    greta = active(town)[0]
    link = link_of(greta)
    stranger = replace(greta, client=greta.stranger())
    csrf = csrf_of(stranger.client.get(link).text)

    def click_again(new: str) -> int:
        form = {"csrf_token": csrf, "answer": "", "password": new, "again": new}
        return stranger.client.post(link, data=form).status_code

    assert recover(stranger, link) == (303, "/password/done")
    assert [click_again(NEW), click_again("Grün-Esel 3 tanzt")] == [303, 404]
    assert (has(greta, NEW), len(greta.mails("password_changed"))) == (True, 1)
    town.wait(minutes=2)
    assert click_again(NEW) == 404  # a link that is over proves no password


@pytest.mark.slow
def test_answers_are_tried_a_few_times_and_then_rest_but_not_for_ever(town: Town) -> None:
    greta = active(town)[0]
    link = link_of(greta)
    assert "at least 12" in recover(greta, link, answer="wrong", new="kurz")[1]  # costs no try
    wrong = [recover(greta, link, answer=f"wrong {number}")[1] for number in range(5)]
    rests = recover(greta, link)
    again = recover(greta, link_of(greta))

    assert all("not the answer" in page for page in wrong)
    assert all("wrong too often" in page for _, page in (rests, again))
    (told,) = greta.mails("credential_notice")
    assert "answered your security question wrongly too often" in " ".join(told.split())
    assert has(greta, GOOD)
    town.wait(minutes=61)
    assert recover(greta, link) == (303, "/password/done")


@pytest.mark.slow
def test_an_answer_alone_is_asked_of_nobody_and_each_link_asks_the_same(town: Town) -> None:
    greta = active(town)[0]
    asked = {re.findall(r'id="question">([^<]*)<', greta.client.get(link_of(greta)).text)[0] for _ in "abc"}

    assert len(asked) == 1
    assert not any(words_of(one) in greta.stranger().get(ASK).text for one in ("teacher", "pet", "dish"))


@pytest.mark.slow
def test_looking_and_submitting_without_the_answer_spends_no_link(town: Town) -> None:
    greta = active(town)[0]
    link = link_of(greta)
    for client in (greta.stranger(), greta.stranger()):
        client.head(link)
        client.post(link, data={"csrf_token": csrf_of(client.get(link).text)})

    assert recover(greta, link) == (303, "/password/done")


@pytest.mark.slow
def test_old_and_unknown_links_say_the_same(town: Town) -> None:
    greta = active(town)[0]
    old = link_of(greta)
    town.wait(hours=3)
    pages = {
        re.sub(r'value="[^"]*"', "", greta.client.get(path).text) for path in (old, "/password/" + "A" * 43)
    }

    assert len(pages) == 1


@pytest.mark.slow
def test_the_mail_says_the_truth_to_whoever_cannot_have_a_link(town: Town) -> None:
    greta, tom, third, *_ = active(town)
    with town.bot.connect() as db, transaction(db):
        db.execute("update accounts set email = ? where id = ?", [greta.account.email, tom.number])
        since, to = AccountStatus.ACTIVE, AccountStatus.DEACTIVATED
        accounts.move(db, third.number, since=since, to=to, now=town.clock.now())
    for _ in range(3):
        ask(greta, greta.account.user_id)
        ask(third, third.account.email)

    (several,) = greta.mails("recovery")
    (closed,) = third.mails("recovery")
    named = "Several accounts", "Exostar Customer Support", greta.account.user_id, tom.account.user_id
    assert all(name in several for name in named)
    assert "/password/" not in several + closed
    assert "deactivated" in closed


@pytest.mark.slow
def test_a_waiting_account_gets_its_activation_mail(town: Town) -> None:
    greta = a_person(town)
    town.wait(minutes=5)
    ask(greta, greta.account.user_id)

    assert len(greta.mails("activation")) == 2
    assert greta.mails("recovery") == []


@pytest.mark.slow
def test_an_administrators_reset_asks_no_question_and_leaves_earlier_links_alone(town: Town) -> None:
    greta, tom, *_ = active(town)
    before = link_of(tom)
    sign_in(greta)
    page = f"/users/{tom.number}"
    csrf = csrf_of(greta.client.get(page).text)
    assert greta.client.post(f"{page}/reset", data={"csrf_token": csrf}).location == f"{page}?done=reset"
    link = f"/password/{town.tokens[-1]}"
    assert 'name="answer"' in tom.client.get(before).text

    assert 'name="answer"' not in tom.client.get(link).text
    assert recover(tom, link) == (303, "/password/done")
    assert tom.client.get(before).status_code == 404
    own = greta.client.post(f"/users/{greta.number}/reset", data={"csrf_token": csrf})
    many = [greta.client.post(f"{page}/reset", data={"csrf_token": csrf}).status_code for _ in range(6)]
    assert (own.status_code, many) == (404, [303] * 4 + [409] * 2)


@pytest.mark.slow
def test_questions_are_changed_with_the_password_and_told_by_mail(town: Town) -> None:
    greta = active(town)[0]
    sign_in(greta)
    path, fresh = "/security-questions", {**ANSWERS, "question1": "book", "answer1": "Momo, <b>immer</b>"}
    wrong = greta.post(path, current="wrong", **fresh)
    faulty = greta.post(path, current=GOOD, **{**fresh, "answer2": "?"})
    done = greta.post(path, current=GOOD, **fresh)

    assert (wrong.status_code, faulty.status_code, done.status_code) == (400, 400, 303)
    assert "not your present password" in wrong.text
    assert "<b>immer" not in wrong.text
    assert len(greta.mails("questions_changed")) == 1


@pytest.mark.slow
def test_the_trail_has_ids_and_codes_only(town: Town) -> None:
    greta = active(town)[0]
    recover(greta, link_of(greta))
    with town.bot.connect() as db:
        trail = "".join(f"{event.subject}{event.data}" for event in events.iterate(db))

    assert not any(secret in trail for secret in (GOOD, NEW, greta.account.email, greta.account.user_id))


@pytest.mark.slow
@pytest.mark.parametrize("mended", ["address", "password"])
def test_what_lies_in_an_older_mailbox_opens_nothing_once_its_owner_has_mended_it(
    town: Town, mended: str
) -> None:
    greta, tom, *_ = active(town)
    sign_in(greta)
    sign_in(tom)
    own = link_of(tom)
    page = f"/users/{tom.number}"
    greta.client.post(f"{page}/reset", data={"csrf_token": csrf_of(greta.client.get(page).text)})
    reset = f"/password/{town.tokens[-1]}"
    if mended == "password":
        assert change(tom, NEW)[0] == 303
    else:
        change_address(tom, "tom.new@kunde.example.org")

    assert [tom.stranger().get(link).status_code for link in (own, reset)] == [404, 404]
    assert not has(tom, "Grün-Esel 3 tanzt")


@pytest.mark.slow
def test_a_thief_of_a_password_takes_the_account_nowhere_after_it_was_reset(town: Town) -> None:
    greta, *_ = active(town)
    sign_in(greta)
    old, new = ask_for_address(greta, "thief@elsewhere.example.org")
    say_yes(greta, old)
    assert recover(greta, link_of(greta)) == (303, "/password/done")

    assert greta.stranger().get(new).status_code == 404
    assert greta.account.email != "thief@elsewhere.example.org"


def ask_for_address(person: Person, email: str) -> tuple[str, str]:
    """The links of the old and the new mailbox."""
    before = len(person.town.tokens)
    csrf = csrf_of(person.client.get("/account").text)
    typed = {"csrf_token": csrf, "email": email, "current": GOOD}
    assert person.client.post("/account/email", data=typed).status_code == 303
    old, new = (f"/email/{token}" for token in person.town.tokens[before:])
    return old, new


def say_yes(person: Person, link: str) -> None:
    client = person.stranger()
    typed = {"do": "yes", "user_id": person.account.user_id}
    client.post(link, data={"csrf_token": csrf_of(client.get(link).text), **typed})


def change_address(person: Person, email: str) -> None:
    for link in ask_for_address(person, email):
        say_yes(person, link)
    assert person.account.email == email
