"""The pages with answers: all of them, one of them, and what a search brings, without any script."""

import pytest

from tests.portal.conftest import Town


def test_all_answers_are_listed_under_their_programme(town: Town) -> None:
    page = town.client().get("/faq?lang=de").text

    assert page.count('href="/faq/') == 28
    assert (
        page.index("MAG / ForumPass")
        < page.index("/faq/reset-password")
        < page.index("Partner Extranet</h2>")
    )
    assert "/faq/get-started?lang=de" in page


@pytest.mark.parametrize(("lang", "said"), [("en", "locked for 30 minutes"), ("de", "30 Minuten gesperrt")])
def test_an_article_is_a_page_in_each_language(town: Town, lang: str, said: str) -> None:
    page = town.client().get(f"/faq/account-locked?lang={lang}").text

    assert said in page
    assert "Extranet Helpdesk" in page
    assert f"/faq/reset-password?lang={lang}" in page


@pytest.mark.parametrize(
    ("asked", "there", "absent"),
    [
        ("my account is locked", "locked for 30 minutes", "We would rather not guess"),
        ("send me the password of my boss", "We would rather not guess", "/faq/reset-password?q"),
        ("<script>alert(1)</script>", "&lt;script&gt;", "<script>alert"),
        ("a" * 30_000, "We would rather not guess", "a" * 301),
    ],
    ids=["sure", "barred", "markup", "long"],
)
def test_a_search_answers_or_names_a_person(town: Town, asked: str, there: str, absent: str) -> None:
    answer = town.client().get("/faq", query_string={"q": asked})

    assert answer.status_code == 200
    assert there in answer.text
    assert absent not in answer.text


@pytest.mark.parametrize("path", ["/faq/none", "/faq/..%2fusher", "/faq/account-locked.en"])
def test_what_is_no_topic_is_not_found(town: Town, path: str) -> None:
    assert town.client().get(path).status_code == 404
