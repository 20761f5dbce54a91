import ast
import dataclasses
import re
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain import absences, errors, forms
from bot.domain.approvals import Choice, Phase, RejectionReason
from bot.domain.cases import STANDING, CaseStatus
from bot.domain.errors import (
    AlreadyDecided,
    ContentChanged,
    LinkExpired,
    NotApprover,
    NotWithdrawable,
    Refusal,
    UnknownCommand,
)
from bot.domain.key_refusals import UnknownKey
from bot.domain.languages import LANGUAGES
from bot.domain.member_refusals import MemberThere
from bot.domain.outbox import JobStatus
from bot.domain.password_refusals import PasswordWrong
from bot.domain.ris import (
    Company,
    Credential,
    Problem,
    ProblemKind,
    RisCase,
    Role,
    Severity,
    User,
)
from bot.domain.sheets import SheetRefusal
from bot.domain.trust import Verdict
from bot.rendering import words as words_module
from bot.rendering.mail_templates import list_mails
from bot.rendering.words import read_catalogues, words
from tests.rendering.carried import AT, CARRIED

BERLIN = ZoneInfo("Europe/Berlin")
NAMED: tuple[type[StrEnum], ...] = (
    CaseStatus, Choice, Credential, JobStatus, Phase, RejectionReason, Role, SheetRefusal, Verdict,
)  # fmt: skip
#: those of each module that was imported here
REFUSALS = sorted(Refusal.__subclasses__(), key=lambda kind: kind.code)
FIELDS = [field.name for part in (Company, User) for field in dataclasses.fields(part)]
WRITTEN_FIELDS = [name for name in FIELDS if name not in {"sheet", "row"}]

every_language = pytest.mark.parametrize("lang", LANGUAGES)


def test_refusals_of_other_modules_are_among_them() -> None:
    assert {UnknownKey, PasswordWrong} <= set(REFUSALS)


@every_language
@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: str(kind.code))
def test_every_refusal_is_said_with_all_it_carries(kind: type[Refusal], lang: str) -> None:
    said = words(lang, BERLIN).refusal(kind(**CARRIED[kind.code]))

    assert len(said) > 40
    assert "?" not in said or kind is UnknownCommand  # "Did you mean …?"
    assert "{" not in said


def test_a_case_that_is_not_what_was_shown_may_have_changed_by_a_colleagues_word_alone() -> None:
    said = words("en").refusal(ContentChanged(ref="C-3", version=1))

    assert "what a colleague said of it" in said
    assert "is version 1 now" not in said


@every_language
@pytest.mark.parametrize("code", ["not_staff", "not_approver", "unknown_command", "unknown_job", "no_form"])
def test_a_refusal_is_said_with_less_too(code: str, lang: str) -> None:
    kind = next(kind for kind in REFUSALS if kind.code == code)
    least = dict(list(CARRIED[code].items())[:1])
    said = words(lang).refusal(kind(**least))

    assert str(next(iter(least.values()))) in said


@every_language
def test_a_credential_has_one_name_on_pages_in_mails_and_in_the_form(lang: str) -> None:
    names = {words(lang).say(key) for key in ("strength.phone_otp", "credential.phone_otp")}

    assert names == {forms.CREDENTIALS[Credential.PHONE_OTP].said(lang)} == {"Phone OTP"}
    said = (str(message.string) for each in read_catalogues(lang).values() for message in each)
    assert not any("Telefon-OTP" in one for one in said)


@every_language
def test_what_cannot_be_withdrawn_is_said_truly_of_each_state(lang: str) -> None:
    for status in CaseStatus:
        standing = status in STANDING
        said = words(lang).refusal(NotWithdrawable(ref="C-7", status=status, standing=standing))
        assert ("License Keys" in said) == standing
        assert words(lang).status(status) in said


def test_a_refusal_with_a_forgotten_value_is_still_said() -> None:
    assert "C-7 was already ?" in words().refusal(AlreadyDecided(ref="C-7"))


def test_a_refusal_names_times_in_the_desks_zone() -> None:
    refusal = LinkExpired(expired_at=AT)

    assert "12 September 2024, 10:02 CEST" in words("en", BERLIN).refusal(refusal)
    assert "12. September 2024, 10:02 Uhr MESZ" in words("de", BERLIN).refusal(refusal)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_question_names_the_roles_as_the_form_lists_them(lang: str) -> None:
    say = words(lang).say

    for role, label in forms.ROLES.items():
        assert say(f"role.{role}") == label.said(lang)
        assert label.said(lang) in say("wanted.role")
        assert label.said(lang) in say("problem.unknown_role", found="Chief")


def test_the_loser_reads_who_won_as_a_mention_in_slack_and_as_a_name_elsewhere() -> None:
    by_avery = AlreadyDecided(**CARRIED["already_decided"])
    by_machine = AlreadyDecided(**CARRIED["already_decided"] | {"by": "cli:anna"})

    assert "already approved by <@U0AVERY>" in words().refusal(by_avery, slack=True)
    assert "already approved by U0AVERY" in words().refusal(by_avery)
    assert "by anna on the command line" in words().refusal(by_machine, slack=True)


def test_a_refusal_in_slack_pings_nobody_with_what_was_typed() -> None:
    said = words().refusal(UnknownCommand(word="<!channel>", nearest="<@U1234>"), slack=True)

    assert "<" not in said
    assert "&lt;!channel&gt;" in said


def test_a_name_that_is_no_slack_id_is_no_mention() -> None:
    assert "<" not in words().refusal(NotApprover(who="<!here>"), slack=True)


@every_language
@pytest.mark.parametrize("found", ["", "x{y}"])
@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("kind", ProblemKind)
def test_every_problem_says_what_to_do(kind: ProblemKind, severity: Severity, found: str, lang: str) -> None:
    problem = Problem(kind=kind, severity=severity, field="email", found=found, suggestion="a@b.example")
    said = words(lang).problem(problem)

    assert said.startswith(words(lang).field("email") + ": ")
    assert "a@b.example" in said
    assert len(said) > 60


@pytest.mark.parametrize("kind", [kind for kind in ProblemKind if kind.startswith(("bad_", "unknown_"))])
def test_a_bad_value_is_quoted(kind: ProblemKind) -> None:
    assert "“what stood there”" in words().problem(Problem(kind=kind, found="what stood there"))


def test_a_number_that_is_too_large_hears_how_large_it_may_be() -> None:
    problem = Problem(kind=ProblemKind.BAD_NUMBER, field="seats", found="1000000000000")

    assert "not a whole number from 1 to 9,999,999" in words("en").problem(problem)
    assert "keine ganze Zahl von 1 bis 9.999.999" in words("de").problem(problem)


@every_language
@pytest.mark.parametrize("name", WRITTEN_FIELDS)
def test_a_missing_field_is_named_with_what_is_wanted(name: str, lang: str) -> None:
    said = words(lang).problem(Problem(kind=ProblemKind.MISSING, field=name))

    assert said.startswith(words(lang).field(name))
    assert words(lang).say(f"wanted.{name}") in said


def test_a_partner_without_a_vat_id_and_a_field_given_twice_get_their_own_words() -> None:
    vat_id = Problem(kind=ProblemKind.MISSING, field="vat_id", found="N/A")
    city = Problem(kind=ProblemKind.DUPLICATE, field="city", found="Hamburg")
    email = Problem(kind=ProblemKind.DUPLICATE, field="email", found="a@b.example", user=3)

    assert "“N/A” is not enough for a channel or service partner" in words().problem(vat_id)
    assert "another value for the same field" in words().problem(city)
    assert "list each person once" in words().problem(email)


def test_an_unknown_application_is_answered_with_those_we_set_up() -> None:
    problem = Problem(kind=ProblemKind.UNKNOWN_APPLICATION, found="Forum")

    assert "Please choose ForumPass, Other." in words().problem(problem, applications=("ForumPass", "Other"))


def test_a_long_value_is_cut_and_cannot_break_lines() -> None:
    said = words().problem(Problem(kind=ProblemKind.BAD_EMAIL, found="a\n\u202e" + "b" * 10_000))

    assert "“a bbb" in said
    assert len(said) < 300
    assert "\n" not in said


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        (Problem(kind=ProblemKind.MISSING, sheet="Users", cell="D7", row=7), "Sheet “Users”, cell\u00a0D7"),
        (Problem(kind=ProblemKind.MISSING, cell="D7"), "Cell\u00a0D7"),
        (Problem(kind=ProblemKind.MISSING, row=7, user=0), "Row\u00a07 (Anna Muster)"),
        (Problem(kind=ProblemKind.MISSING, row=8, user=1), "Row\u00a08 (user 2)"),
        (Problem(kind=ProblemKind.MISSING, row=8, user=99), "Row\u00a08"),
        (Problem(kind=ProblemKind.NO_ADMINISTRATOR), "The form as a whole"),
    ],
)
def test_a_problem_has_a_place_and_a_person(problem: Problem, place: str) -> None:
    ris = RisCase(company=Company(), users=(User(first_name="Anna", last_name="Muster"), User()))

    assert words().place(problem, ris) == place


@every_language
@pytest.mark.parametrize("value", [value for kind in NAMED for value in kind])
def test_every_state_that_is_shown_has_a_name(value: StrEnum, lang: str) -> None:
    assert words(lang).name(value)


@every_language
@pytest.mark.parametrize("mail", list_mails())
def test_every_mail_has_a_name(mail: str, lang: str) -> None:
    assert words(lang).say(f"mail.{mail}")


def test_a_choice_that_is_none_stays_as_written() -> None:
    assert words("de").choice(Role, "user") == "Benutzer"
    assert words("de").choice(Role, "King") == "King"


def test_countries_and_dates_follow_the_language() -> None:
    assert words("de").country("FR") == "Frankreich"
    assert words("en").country("Narnia") == "Narnia"
    assert words("de").date(date(2024, 9, 12)) == "12. September 2024"
    assert words("en", BERLIN).date(datetime(2024, 9, 12, 23, 0, tzinfo=UTC)) == "13 September 2024"
    assert words("en", BERLIN).time(AT, seconds=True) == "10:02:03"


def test_a_language_we_do_not_speak_is_answered_in_english() -> None:
    assert words("fr").lang == "en"
    assert words("de_AT").lang == "de"


def test_plurals_agree() -> None:
    assert words("en").say("queue.users", count=1) == "1 user"
    assert words("en").say("queue.users", count=0) == "0 users"


def test_words_that_are_not_there_are_a_bug_and_say_so() -> None:
    with pytest.raises(KeyError, match=r"no en words for no\.such"):
        words().say("no.such")


# --- the catalogues themselves ---


def _messages(lang: str) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for catalogue in read_catalogues(lang).values():
        for message in catalogue:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                texts[key] = (
                    [message.string] if isinstance(message.string, str) else list(message.string or ())
                )
    return texts


def _placeholders(texts: list[str]) -> set[str]:
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    assert _messages("en").keys() == _messages("de").keys()


def test_no_text_is_empty() -> None:
    for lang in LANGUAGES:
        assert [key for key, texts in _messages(lang).items() if not all(texts)] == []


def test_both_languages_use_the_same_placeholders() -> None:
    german = _messages("de")
    differing = [
        key for key, texts in _messages("en").items() if _placeholders(texts) != _placeholders(german[key])
    ]

    assert differing == []


def test_no_key_stands_in_two_catalogues() -> None:
    for lang in LANGUAGES:
        keys = [str(message.id) for each in read_catalogues(lang).values() for message in each if message.id]

        assert len(keys) == len(set(keys))


def test_a_second_catalogue_is_read_too(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "pages.po").write_text('msgid "pages.title"\nmsgstr "Hello"\n', encoding="utf-8")

    assert [message.id for message in read_catalogues("en", tmp_path)["pages"] if message.id] == [
        "pages.title"
    ]


def _literal_keys() -> Iterator[str]:
    for path in Path(words_module.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "say"
            ):
                yield from _whole_strings(node.args[0])


def _whole_strings(node: ast.AST) -> Iterator[str]:
    """Strings that stand for themselves, not as a part of a longer one."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif not isinstance(node, ast.JoinedStr):
        for part in ast.iter_child_nodes(node):
            yield from _whole_strings(part)


@pytest.mark.parametrize(("lang", "never"), [("en", "organisation"), ("de", "Kennwörter")])
def test_one_thing_is_spelled_in_one_way(lang: str, never: str) -> None:
    """As the programmes spell it; only Excel calls the lock of a file a Kennwort."""
    said = (str(message.string) for each in read_catalogues(lang).values() for message in each)

    assert [text for text in said if never.casefold() in text.casefold()] == []


def test_every_key_that_the_code_says_is_there() -> None:
    missing = [key for key in _literal_keys() if key not in words()]

    assert missing == []


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in REFUSALS]

    assert len(codes) == len(set(codes))
    assert errors.AlreadyDecided in REFUSALS
    assert absences.NotAway in REFUSALS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sentence_that_ends_in_the_name_of_a_company_ends_once(lang: str) -> None:
    """Whichever it is, and whatever mark stands behind the name."""
    say, many = words(lang), 0
    for message in (one for each in read_catalogues(lang).values() for one in each):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        named = [name for _, name, *_ in string.Formatter().parse(str(texts[-1])) if name]
        if message.id and "{company}" in str(texts[-1]):
            key = message.id[0] if isinstance(message.id, tuple) else str(message.id)
            values = {name: 3 if name == "count" else "Lindgren Inc." for name in named}
            said = say.say(key, **values)
            many += said.endswith("Inc.")
            assert not re.search(r"Inc\.[*_]?\.(?!\.)", said), said

    assert many
    assert say.refusal(MemberThere(name="Tom Inc.", user_id="X.")).count("..") == 0
