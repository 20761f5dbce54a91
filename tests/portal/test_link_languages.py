"""The language of a mail's link, and of whoever is signed in: before the browser's, behind a chosen one."""

import re

from tests.portal.conftest import Town
from tests.portal.neighbours import neighbours

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
OF_STAFF = "/enroll/<token>"  #: in the language of whose browser it is: nobody's is on file


def spoken(page: str) -> str:
    found = re.search(r'<html lang="(\w+)">', page)
    return found[1] if found else ""


def test_a_link_opens_in_the_language_of_its_mail_until_another_is_chosen(town: Town) -> None:
    near = neighbours(town)
    with town.bot.connect() as db:
        for table in ("accounts", "cases", "conversations", "member_invitations", "partner_invitations"):
            db.execute(f"update {table} set lang = 'de'")
    browser = near.browser()
    for rule, token in near.links.items():
        path = near.path(rule, token=token)
        page = browser.get(path, headers=ENGLISH)
        german = rule != OF_STAFF
        assert (page.status_code, spoken(page.text)) == (200, "de" if german else "en"), rule
        assert ('href="/contact?lang=de"' in page.text) == german, rule  # and it stays so from page to page
        assert spoken(browser.get(f"{path}?lang=en", headers=ENGLISH).text) == "en", rule
        assert spoken(browser.get(near.path(rule), headers=ENGLISH).text) == "en", rule
    town.wait(days=400)
    over = browser.get(near.path("/register/<token>", token=near.links["/register/<token>"]), headers=ENGLISH)
    assert spoken(over.text) == "en"  # as one that never was


def test_whoever_is_signed_in_reads_their_own_language_until_another_is_chosen(town: Town) -> None:
    near = neighbours(town)
    browser = near.signed_in(near.others[0])
    with town.bot.connect() as db:
        db.execute("update accounts set lang = 'de'")
    page = browser.get("/dashboard", headers=ENGLISH)
    chosen = browser.get("/dashboard?lang=en", headers=ENGLISH)

    assert (spoken(page.text), page.headers["Content-Language"]) == ("de", "de")
    assert 'href="/account"' in page.text  # it is theirs on every page: no link has to carry it
    assert spoken(browser.get("/contact", headers=ENGLISH).text) == "de"
    assert spoken(chosen.text) == "en"
    assert 'href="/account?lang=en"' in chosen.text
    assert spoken(near.browser().get("/contact", headers=ENGLISH).text) == "en"
    english = near.path("/status/<token>", token=near.links["/status/<token>"])
    assert spoken(browser.get(english).text) == "en"  # the link of an English mail, to whoever reads German


def test_a_link_that_was_copied_with_what_stands_behind_it_leads_to_its_page(town: Town) -> None:
    near = neighbours(town)
    for rule in near.links:
        path, browser = near.path(rule, token=near.links[rule]), near.browser()
        for tail in (".", ")", "%3E", "%20", "%E2%80%9C", "=", ".%22"):
            answer = near.ask(browser, "GET", f"{path}{tail}?lang=de")
            assert answer.location == f"{path}?lang=de", rule
            assert near.ask(browser, "GET", answer.location).status_code == 200
