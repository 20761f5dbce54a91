"""Account Recovery's pages: whom they send whoever forgot more; and no stranger uses a way back up."""

import pytest

from bot.domain.recovery import LINK_LASTS
from bot.services import recovery
from tests.portal.conftest import Town
from tests.portal.people import NEW
from tests.portal.test_passwords import active, ask, has, link_of, recover


def test_presses_of_a_stranger_send_one_mail_and_leave_the_owner_a_way_back(town: Town) -> None:
    greta = active(town)[0]
    for _ in range(6):
        assert ask(greta, greta.account.email)[:2] == (303, "/password/asked/link")
    assert len(greta.mails("recovery")) == 1
    assert "a short while ago" in greta.stranger().get("/password/asked/link").text
    town.wait(hours=3)

    ask(greta, greta.account.user_id)
    assert recover(greta, f"/password/{town.tokens[-1]}") == (303, "/password/done")
    assert has(greta, NEW)
    ask(greta, greta.account.user_id)
    assert len(greta.mails("recovery")) == 3  # what was used has not to do


@pytest.mark.slow
def test_who_asks_all_day_fills_no_mailbox_and_the_newest_link_always_works(town: Town) -> None:
    greta, every, desk = active(town)[0], 4, town.bot.desk
    with town.bot.connect() as db:
        for _ in range(24 * 60 // every):
            town.wait(minutes=every)
            recovery.ask_for_link(db, desk, greta.account.email, now=town.clock.now())
            assert recovery.get(db, desk, town.tokens[-1], now=town.clock.now() + LINK_LASTS / 4)

    assert len(greta.mails("recovery")) < 5 + 24


def test_who_forgot_the_answer_is_sent_to_somebody_else_than_themselves(town: Town) -> None:
    greta, tom, *_ = active(town)
    sole, user = greta.client.get(link_of(greta)).text, tom.client.get(link_of(tom)).text
    support, administrator = town.bot.desk.policy.mag.support_address, "Your Organization Administrator can"

    assert "You have forgotten it?" in sole
    assert f'<a href="mailto:{support}">' in sole.partition("You have forgotten it?")[2].partition("</p>")[0]
    assert administrator not in sole
    assert administrator in user


@pytest.mark.parametrize(("lang", "link"), [("en", "A link by e-mail<"), ("de", "Ein Link per E-Mail<")])
def test_its_pages_are_of_both_programmes_and_promise_no_partner_what_they_lack(
    town: Town, lang: str, link: str
) -> None:
    policy, client = town.bot.desk.policy, town.client()
    asking = client.get(f"/password/forgotten?lang={lang}").text
    assert link in asking
    for page in (asking, client.get(f"/password/asked/link?lang={lang}").text):
        for one in (policy.mag, policy.extranet):
            assert f"<strong>{one.support_desk}</strong> · {one.name}" in page
            assert f'href="mailto:{one.support_address}"' in page
