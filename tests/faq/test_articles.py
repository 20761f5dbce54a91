"""Every article is there in both languages, says what it has to, names its desk, and leads nowhere dead."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from bot import policy as policies
from bot.domain.languages import LANGUAGES
from bot.domain.passwords import LEAST_OWN, PasswordFault
from bot.domain.programmes import Programme
from bot.faq import articles, training
from bot.faq.folding import fold, words
from bot.faq.lexicon import concepts
from bot.faq.windows import sentences
from bot.policy import Policy
from bot.rendering import faq
from bot.rendering.mrkdwn import mrkdwn
from tests.faq.sets import DATA, SETS, labelled
from tests.faq.test_barred import BARRED, OTHERS, TAKEN, UNTAKEN
from tests.faq.test_guard import HONEST, HOSTILE
from tests.faq.test_kinds import ANSWERED, STOPPED, THANKS, UNANSWERED
from tests.faq.test_parts import RESTS, TWO, WHOLE

MUST_SAY: dict[str, dict[str, list[str]]] = tomllib.loads(
    (DATA / "must_say.toml").read_text(encoding="utf-8")
)
MUST_KNOW: dict[str, dict[str, list[str]]] = tomllib.loads(
    (DATA / "must_know.toml").read_text(encoding="utf-8")
)
NEAR = 0.6  #: Jaccard of character 5-grams
PORTAL = "https://portal.example.com"
OURS = re.compile(r"/(?:faq|contact|sign-in|password/forgotten|passcode/lost|dashboard|prolong)")
BOTH = [(topic, lang) for topic in MUST_SAY for lang in LANGUAGES]


@cache
def shipped() -> Policy:
    return policies.load(support_address="desk@example.com")


def test_every_topic_has_an_article_in_each_language_and_no_more() -> None:
    found = {topic: set(both) for topic, both in articles.load().items()}

    assert found == {topic: set(LANGUAGES) for topic in MUST_SAY}
    assert set(articles.topics()) == set(MUST_KNOW)


@pytest.mark.parametrize(("topic", "lang"), BOTH)
def test_an_article_says_what_it_has_to(topic: str, lang: str) -> None:
    article = articles.load()[topic][lang]
    answer = faq.answer(article, shipped(), PORTAL)
    owner = shipped().of(article.programme)
    text = " ".join(answer.text.split())

    assert [words for words in MUST_SAY[topic][lang] if words.casefold() not in text.casefold()] == []
    assert text.endswith(owner.support_address)
    assert owner.support_desk in text
    assert len(text) < 2_000
    for url in re.findall(r'href="([^"]+)"', answer.html):
        assert url.startswith(("mailto:desk@", "https://www.example.com/", PORTAL)), url
        assert not url.startswith(PORTAL) or OURS.fullmatch(url.removeprefix(PORTAL)), url


@pytest.mark.parametrize("topic", MUST_SAY)
def test_both_languages_are_of_the_same_make(topic: str) -> None:
    english, german = (articles.load()[topic][lang] for lang in LANGUAGES)

    assert (english.programme, english.related, english.source, english.updated) == (
        german.programme, german.related, german.source, german.updated,
    )  # fmt: skip
    assert set(english.related) <= set(articles.load()) - {topic}
    if topic not in articles.GUIDES:
        assert min(len(english.phrasings), len(german.phrasings)) >= 20


@pytest.mark.parametrize("topic", MUST_KNOW)
def test_the_words_that_people_say_instead_are_known(topic: str) -> None:
    said = [*MUST_KNOW[topic]["en"], *MUST_KNOW[topic]["de"]]

    assert min(map(len, MUST_KNOW[topic].values())) >= 3
    assert [one for one in said if not concepts(words(fold(one)))] == []


def test_numbers_and_links_are_those_of_the_policy() -> None:
    extranet = shipped().extranet
    clock = extranet.clock.model_copy(update={"reactivation_days": 45})
    changed = {"clock": clock, "prolongation_url": "https://extranet.example.com/back"}
    mine = shipped().model_copy(update={"extranet": extranet.model_copy(update=changed)})
    text = faq.answer(articles.load()["prolongation-after-expiry"]["en"], mine, PORTAL).text

    assert "For 45 days after expiry" in text
    assert "https://extranet.example.com/back" in text


@pytest.mark.parametrize(("lang", "wait"), [("en", "Please wait"), ("de", "Bitte warten")])
def test_whose_password_is_known_to_others_is_not_told_to_wait_first(lang: str, wait: str) -> None:
    article = articles.load()["password-change-within-24h"][lang]
    outside = shipped().extranet.model_copy(update={"accounts": "outside"})
    here = faq.answer(article, shipped(), PORTAL).source
    elsewhere = faq.answer(article, shipped().model_copy(update={"extranet": outside}), PORTAL).source

    assert f"[Account Recovery]({PORTAL}/password/forgotten)" in here[: here.index(wait)]
    assert shipped().extranet.support_desk in elsewhere[: elsewhere.index(wait)]
    assert PORTAL not in elsewhere


@pytest.mark.parametrize(("lang", "page"), [("en", "login page"), ("de", "Login-Seite")])
def test_a_forgotten_password_begins_on_the_login_page(lang: str, page: str) -> None:
    text = faq.answer(articles.load()["reset-password"][lang], shipped(), PORTAL).source

    assert f"[{page}]({PORTAL}/sign-in)" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_the_extranet_is_elsewhere_its_own_pages_are_spoken_of(lang: str) -> None:
    """Its login page has the link, its mails bring a password, and nobody is invited by `/prolong`."""
    outside = shipped().extranet.model_copy(update={"accounts": "outside"})
    elsewhere = shipped().model_copy(update={"extranet": outside})
    marks = {
        "reset-password": "login[ -](?:page|seite) (?:of|des) partner",
        "no-credentials-email": " link",
        "expired-over-60-days": "/prolong",
    }

    def marked(policy: Policy) -> list[str]:
        answers = {one: faq.answer(articles.load()[one][lang], policy, PORTAL).source for one in marks}
        return [one for one in marks if re.search(marks[one], answers[one].casefold())]

    assert marked(shipped()) == ["no-credentials-email", "expired-over-60-days"]
    assert marked(elsewhere) == ["reset-password"]


@pytest.mark.parametrize(
    ("lang", "way"), [("en", "Forgotten the password as well?"), ("de", "Auch das Passwort")]
)
def test_who_has_forgotten_answers_and_password_reads_the_way_that_asks_no_answer(
    lang: str, way: str
) -> None:
    text = articles.load()["reset-security-questions"][lang].body

    assert way in text
    assert "Account Recovery" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whoever_has_no_phone_left_is_led_to_the_way_that_there_is(lang: str) -> None:
    article = articles.load()["otp-phone-numbers"][lang]
    outside = shipped().mag.model_copy(update={"accounts": "outside"})
    here = faq.answer(article, shipped(), PORTAL).source
    programmes = {**shipped().programmes, "mag": outside}
    elsewhere = faq.answer(article, shipped().model_copy(update={"programmes": programmes}), PORTAL).source

    assert f"({PORTAL}/passcode/lost)" in here
    assert f"{PORTAL}/passcode/lost" not in elsewhere


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_password_article_has_as_many_rules_as_the_page(lang: str) -> None:
    source = faq.answer(articles.load()["password-policy"][lang], shipped(), PORTAL).source
    on_one_line = 3  # the lengths, the two cases, user name and name

    assert source.count("\n- ") == len(PasswordFault) - on_one_line
    assert str(LEAST_OWN) in source
    assert str(shipped().extranet.password.max_length) in source


def test_the_same_words_on_slack_and_no_markup_of_strangers() -> None:
    answer = faq.answer(articles.load()["account-locked"]["en"], shipped(), PORTAL)

    assert answer.mrkdwn.startswith(
        "Your account is locked for 30 minutes after 10 failed login attempts.\n\nWait"
    )
    assert "<mailto:desk@example.com|desk@example.com>" in answer.mrkdwn
    assert mrkdwn("# Hi <!channel>\n\n- **a** & [b](https://x.example/?a|b)\n- c") == (
        "*Hi &lt;!channel&gt;*\n\n• *a* &amp; <https://x.example/?a%7Cb|b>\n• c"
    )


@pytest.mark.slow
def test_nothing_that_measures_is_learnt() -> None:
    """Neither a whole message nor one of its sentences, by phrasings, near misses or guarded texts."""
    texts = [one.text for name in SETS for one in labelled(name)]
    measured = {_grams(part) for text in texts for part in (text, *sentences(text))}
    by_size = defaultdict(list)
    for grams in measured:
        by_size[len(grams)].append(grams)

    guarded = [*(text for _, text in [*HOSTILE, *STOPPED]), *HONEST, *UNANSWERED, *THANKS]
    learnt = [sample.text for sample in training.samples()] + guarded + [text for text, _ in ANSWERED]
    learnt += [
        *TAKEN,
        *UNTAKEN,
        *(text for _, text in BARRED),
        *OTHERS,
        *(text for text, _ in TWO),
        *RESTS,
        *WHOLE,
    ]
    assert [text for text in learnt if _is_near(_grams(text), by_size)] == []


def _is_near(grams: frozenset[str], by_size: Mapping[int, Sequence[frozenset[str]]]) -> bool:
    """Only one of about the same size can have so much in common."""
    sizes = range(int(NEAR * len(grams)), int(len(grams) / NEAR) + 1)
    near = (other for size in sizes for other in by_size.get(size, ()))
    return any(len(grams & other) > NEAR * len(grams | other) for other in near)


def _grams(text: str) -> frozenset[str]:
    line = " ".join(text.casefold().split())
    return frozenset(line[at : at + 5] for at in range(max(1, len(line) - 4)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_holds_for_both_is_of_the_programme_that_is_asked_about(lang: str) -> None:
    both = articles.load()
    owners = {
        (topic, of): faq.answer(both[topic][lang], shipped(), PORTAL, of).programme
        for topic in ("account-locked", "reset-password", "mfa-mandatory-enrol")
        for of in (None, *Programme)
    }

    assert {of: owners["account-locked", of] for of in Programme} == {one: one for one in Programme}
    assert {of: owners["reset-password", of] for of in Programme} == {one: one for one in Programme}
    assert (owners["account-locked", None], owners["reset-password", None]) == (
        Programme.EXTRANET,
        Programme.MAG,
    )
    assert {owners["mfa-mandatory-enrol", of] for of in (None, *Programme)} == {Programme.EXTRANET}
    assert all(both[topic]["en"].holds_for_both == both[topic]["de"].holds_for_both for topic in both)
