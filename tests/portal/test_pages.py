"""Home, contact, legal pages and languages."""

import re
from pathlib import Path

import pytest

from bot import policy
from bot.domain.languages import LANGUAGES
from bot.rendering import pages
from bot.rendering.words import read_catalogues, words
from tests.portal.conftest import Found, Town
from tests.portal.looks import LOOKED_AT


@pytest.mark.parametrize("path", ["/", "/contact", "/sign-in", "/imprint", "/privacy", "/terms"])
def test_every_page_says_whom_to_ask(town: Town, path: str) -> None:
    page = town.client().get(path).text

    assert "Exostar Customer Support" in page
    assert 'href="mailto:onboarding@desk.example.com"' in page


def test_whoever_follows_the_mail_with_a_key_reads_what_comes_first(town: Town) -> None:
    button = "/dashboard/license-key?lang="
    english, german = (town.client().get(button + lang, follow_redirects=True).text for lang in ("en", "de"))

    assert "Enter the License Key on the dashboard" in english
    assert "Geben Sie den License Key auf dem Dashboard ein" in german
    assert 'name="then" value="credentials.show_key"' in english


def test_where_accounts_are_kept_elsewhere_the_sign_in_page_leads_there(found: Found, tmp_path: Path) -> None:
    shipped = policy.SHIPPED.read_text(encoding="utf-8")
    mine = tmp_path / "usher.toml"
    url = "https://mag.example.com/keys"
    mine.write_text(re.sub(r'(?m)^key_url = ""', f'key_url = "{url}"', shipped), encoding="utf-8")
    page = found(usher_config=str(mine)).client().get("/dashboard", follow_redirects=True).text

    assert f'href="{url}"' in page
    assert "Enter the License Key on the dashboard" not in page


@pytest.mark.parametrize("name", ["imprint", "privacy", "terms"])
def test_a_legal_page_shows_the_link_of_the_policy_and_redirects_nowhere(town: Town, name: str) -> None:
    answer = town.client().get(f"/{name}?next=https://evil.example.org")

    assert answer.status_code == 200
    assert f'href="https://www.example.com/{name}"' in answer.text
    assert "evil" not in answer.text


def test_a_desk_without_a_text_of_its_own_says_so(found: Found, tmp_path: Path) -> None:
    shipped = policy.SHIPPED.read_text(encoding="utf-8")
    mine = tmp_path / "usher.toml"
    mine.write_text(re.sub(r'(?m)^(imprint)_url = "[^"]*"', r'\1_url = ""', shipped), encoding="utf-8")
    page = found(usher_config=str(mine)).client().get("/imprint").text

    assert "no text of its own" in page


@pytest.mark.parametrize(
    ("query", "accepted", "lang"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("", "fr,de;q=0.2", "de"),
        ("", "de-AT,en;q=0.3", "de"),
        ("", "de;q=0,en;q=0.1", "en"),
        ("", "en-US;q=0.8,de-CH", "de"),
        ("", "fr", "en"),
        ("", "x" * 10_000, "en"),
        ("?lang=en", "de", "en"),
        ("?lang=de", "en", "de"),
        ("?lang=fr", "de", "de"),
        ("?lang=", "de", "de"),
    ],
)
def test_pages_come_in_the_readers_language(town: Town, query: str, accepted: str, lang: str) -> None:
    answer = town.client().get(f"/{query}", headers={"Accept-Language": accepted})

    assert f'<html lang="{lang}">' in answer.text
    assert answer.headers["Content-Language"] == lang
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_chosen_language_is_carried_on_and_a_guessed_one_is_not(town: Town) -> None:
    client = town.client()

    assert 'href="/imprint?lang=de"' in client.get("/?lang=de").text
    assert 'href="/imprint"' in client.get("/", headers={"Accept-Language": "de"}).text


def test_the_switch_stays_on_the_page_and_names_each_language_in_itself(town: Town) -> None:
    page = town.client().get("/contact").text

    assert '<a href="?lang=de" lang="de" hreflang="de">Deutsch</a>' in page
    assert '<a href="?lang=en" lang="en" hreflang="en" aria-current="true">English</a>' in page


def test_both_catalogues_have_the_same_keys_and_the_same_values() -> None:
    texts = [read_catalogues(lang)["pages"] for lang in LANGUAGES]
    first, second = ({m.id: m.string for m in catalogue if m.id} for catalogue in texts)

    assert first.keys() == second.keys()
    for key, text in first.items():
        assert set(re.findall(r"{\w+}", str(text))) == set(re.findall(r"{\w+}", str(second[key]))), key


def test_every_page_is_looked_at_in_chromium() -> None:
    made = {file.stem for file in pages.FOLDER.glob("[!_]*.html")} - {"layout"}

    assert set().union(*LOOKED_AT.values()) == made


def test_every_word_the_templates_ask_for_is_there() -> None:
    asked = {
        key
        for file in pages.FOLDER.glob("*.html")
        for key in re.findall(r"""say\(["'](page\.[\w.]+[a-z])["']""", file.read_text(encoding="utf-8"))
    }

    assert len(asked) > 20
    assert [key for key in asked if key not in words("de")] == []


def test_no_page_names_the_desk_by_other_words_than_the_policys() -> None:
    """Signed in or not, whoever reads on it of “our support desk” does not know whom to write to."""
    own = re.compile(r"\bdesks?\b|(?:support|onboarding)[ -](?:desk|team)", re.IGNORECASE)
    said = {
        (lang, str(message.id)): re.sub(r"\{\w+\}", "", str(message.string))
        for lang in LANGUAGES
        for catalogue in read_catalogues(lang).values()
        for message in catalogue
        if "page." in str(message.id)[:7]
    }

    assert len(said) > 1000
    assert {key: words for key, words in said.items() if own.search(words)} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_names_the_desk_of_its_own_programme(town: Town, lang: str) -> None:
    partners, organisations = (
        town.client().get(f"/register?lang={lang}").text,
        town.client().get(f"/?lang={lang}").text,
    )

    assert re.search("Extranet Helpdesk (?:decides|entscheidet)", partners)
    assert "Onboarding desk" in organisations
