"""A link opens in the language of its mail, whatever the browser prefers, until another is chosen."""

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
