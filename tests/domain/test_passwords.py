"""The policy agrees with a table of passwords, however each is written and whatever is done to it."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import policy
from bot.domain.passwords import (
    HowSet,
    Owner,
    PasswordFault,
    PasswordRules,
    find_faults,
    may_change_at,
    normal,
    parts_of,
)
from bot.domain.programmes import Programme
from tests.budget import examples

TABLE = Path(__file__).parents[1] / "data" / "passwords.tsv"
ZOE = Owner(user_id="k7m3-x9p2", first_name="Zoë-Marie", last_name="Müller-Øst")
RULES = policy.load().password_rules(Programme.MAG)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
F = PasswordFault


def read_table() -> list[tuple[str, frozenset[PasswordFault]]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("\t") for line in lines if not line.startswith("#")]
    return [(json.loads(text), frozenset(map(F, faults.split()))) for text, _, faults in pairs]


ROWS = read_table()
SOUND = [text for text, faults in ROWS if not faults]


def faults_of(password: str) -> frozenset[PasswordFault]:
    return frozenset(find_faults(password, ZOE, RULES))


def test_the_policy_agrees_with_the_table() -> None:
    wrong = {text: faults_of(text) ^ faults for text, faults in ROWS if faults_of(text) != faults}

    assert wrong == {}
    assert len(ROWS) >= 200
    assert frozenset().union(*(faults for _, faults in ROWS)) == frozenset(F) - {F.USED}


@settings(max_examples=examples(100, at_once=20))
@given(st.sampled_from(ROWS), st.sampled_from(["NFC", "NFD"]))
def test_it_is_the_same_password_from_every_keyboard(row: tuple[str, frozenset[F]], form: str) -> None:
    text, faults = row

    assert faults_of(unicodedata.normalize(form, text)) == faults  # type: ignore[arg-type]


@settings(max_examples=examples(100, at_once=20))
@given(
    st.sampled_from(SOUND),
    st.sampled_from(["zoe", "Zoë", "MARIE", "Müller", "mueller", "muller", "öst", "Oest", "K7M3", "x9p2"]),
    st.integers(0, 200),
)
def test_a_part_of_its_owner_spoils_any_password_wherever_it_stands(text: str, part: str, at: int) -> None:
    made = text[:at] + part + text[at:]

    assert faults_of(made) & {F.NAME, F.USER_ID, F.LONG}
    assert not find_faults(text, ZOE, RULES)


@settings(max_examples=examples(100, at_once=20))
@given(st.text(max_size=150), st.text(max_size=150))
def test_what_is_added_never_takes_away_what_was_there(text: str, more: str) -> None:
    kept = faults_of(text + "." + more) & {F.NO_SIGN, F.SHORT}

    assert kept <= faults_of(text)
    assert F.LONG not in faults_of(text) or F.LONG in faults_of(text + "." + more)


def test_a_megabyte_is_refused_at_once_and_nothing_else_is_said_of_it() -> None:
    assert find_faults("Aa1!" * 262_144, ZOE, RULES) == (F.LONG,)


def test_accents_without_end_are_never_put_in_order() -> None:
    """Unicode's normal form sorts them: of half a megabyte that takes more than a minute."""
    endless = "a" + "\u0315\u0300" * 250_000
    assert len(normal(endless)) < 5_000
    assert find_faults(endless, ZOE, RULES) == (F.LONG,)


def test_a_part_is_a_word_of_three_letters_without_accents() -> None:
    assert parts_of("Jo Ng-Łukasz O'Brien") == ("lukasz", "brien")
    assert parts_of("Müßig") == ("mussig", "muessig")
    assert parts_of("İbrahim") == ("ibrahim",)


def test_a_change_waits_a_day_and_a_reset_does_not() -> None:
    rules = PasswordRules()

    assert may_change_at(NOW, HowSet.CHANGE, rules) == NOW + timedelta(hours=24)
    assert may_change_at(NOW, HowSet.ACTIVATION, rules) == NOW + timedelta(hours=24)
    assert may_change_at(NOW, HowSet.RESET, rules) is None
    assert may_change_at(None, None, rules) is None
