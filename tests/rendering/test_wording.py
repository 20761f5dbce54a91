"""The desk's own wording, and templates that cannot be used."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import pytest

from bot.domain.accounts import Account, AccountStatus
from bot.domain.languages import LANGUAGES
from bot.domain.ris import Role
from bot.rendering import account_samples, samples
from bot.rendering.account_mails import user_ids
from bot.rendering.mail_templates import SHIPPED, list_left_out, split_front_matter
from bot.rendering.mails import list_lost_rules, render_mail
from bot.rendering.samples import sample_values
from bot.rendering.words import words
from tests.rendering.test_mails import POLICY, every_language, every_mail, show


def test_a_missing_value_is_an_error_and_not_a_gap() -> None:
    values = sample_values("receipt")
    del values["company"]

    with pytest.raises(jinja2.UndefinedError, match="company"):
        render_mail("receipt", "en", values)


@pytest.mark.parametrize("name", ["no_such", "../secrets", "_owner", "layout"])
def test_only_mails_can_be_shown(name: str) -> None:
    with pytest.raises(KeyError, match="no mail"):
        render_mail(name, "en", {})


def test_an_unknown_language_is_answered_in_english() -> None:
    assert render_mail("receipt", "fr", sample_values("receipt")).text == show("receipt").text


def test_a_folder_of_the_desk_overrides_single_files(tmp_path: Path) -> None:
    (tmp_path / "receipt.en.md").write_text(
        "---\nsubject: Hi {{ ref }}\npreheader: .\n---\n# Ahoy {{ company }}\n", encoding="utf-8"
    )
    own = render_mail("receipt", "en", sample_values("receipt"), templates_dir=tmp_path)
    shipped = render_mail("receipt", "de", sample_values("receipt", "de"), templates_dir=tmp_path)

    assert own.subject == "Hi C-7"
    assert own.text.startswith("Ahoy Lindgren")
    assert shipped.text == show("receipt", "de").text


def test_wording_of_the_desk_cannot_reach_into_the_program(tmp_path: Path) -> None:
    (tmp_path / "receipt.en.md").write_text(
        "---\nsubject: x\npreheader: x\n---\n{{ ref.__class__.__mro__ }}\n", encoding="utf-8"
    )

    with pytest.raises(jinja2.exceptions.SecurityError):
        render_mail("receipt", "en", sample_values("receipt"), templates_dir=tmp_path)


@pytest.mark.parametrize(
    "source", ["", "# Hello\n", "---\nsubject: x\n---\n", "---\nsubject: x\npreheader: y\n"]
)
def test_a_file_without_front_matter_is_named(source: str) -> None:
    with pytest.raises(ValueError, match=r"receipt\.en\.md: begins with"):
        split_front_matter("receipt.en.md", source)


def test_many_threads_render_at_once() -> None:
    wanted = show("receipt").html
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _turn: show("receipt").html, range(24)))

    assert set(pages) == {wanted}


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.md")), ids=lambda path: path.name)
def test_values_stand_in_code_or_link_targets_nowhere_but_for_addresses_of_ours(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)]*)\)", source)

    assert set(targets) <= {
        "{{ status_url }}", "{{ case.status_url }}", "{{ check_url }}", "{{ enrolment_url }}",
        "{{ key_url }}", "{{ registration_url }}", "{{ activation_url }}", "{{ recovery_url }}",
        "{{ joining_url }}", "{{ invite_url }}", "{{ mfa_guide_url }}", "{{ email_url }}", "{{ stop_url }}",
        "{{ prolong_url }}", "{{ home_url }}", "{{ one.page_url }}", "{{ page_url }}", "{{ unhelpful_url }}",
        "{{ sign_in_url }}", "{{ users_url }}",
        "{{ administrator_url }}", "{{ webinars_url }}",
        "mailto:{{ support_address }}",
    }  # fmt: skip
    assert "`" not in source


@pytest.mark.slow
def test_faults_in_the_desks_wording_are_found_before_a_mail_is_due(tmp_path: Path) -> None:
    head = "---\nsubject: x\npreheader: x\n---\n"
    (tmp_path / "receipt.en.md").write_text(head + "{{ compny }}\n", encoding="utf-8")
    (tmp_path / "receipt.de.md").write_text(head + "{% if %}\n", encoding="utf-8")
    faults = samples.template_faults(tmp_path)

    assert [fault.partition(":")[0] for fault in faults] == ["receipt.en.md", "receipt.de.md"]
    assert "compny" in faults[0]


def test_an_own_wording_that_leaves_out_a_part_of_the_shipped_one_is_named(tmp_path: Path) -> None:
    """A name that is struck through would be asked about nowhere, and nobody would notice."""

    def write(name: str, *, struck: str = "", beside: str = "") -> None:
        words = (SHIPPED / name).read_text(encoding="utf-8")
        include = '{% include "_struck.' + name.split(".")[1] + '.md" %}'
        assert include in words
        (tmp_path / name).write_text(words.replace(include, struck) + beside, encoding="utf-8")

    write("receipt.en.md")
    write("receipt.de.md", struck="{{ struck }} {# _struck.de.md: in our words #}")
    write("ris_problems.en.md", struck='{% include "_ours.en.md" %}')
    write("ris_problems.de.md", struck='{% include "_ours.de.md" %}')
    (tmp_path / "_ours.en.md").write_text('{% include "_struck.en.md" %}', encoding="utf-8")
    (tmp_path / "_ours.de.md").write_bytes(b"\xff\xfe \n{% include '_ours.de.md' %}")
    (tmp_path / "_advice.en.md").write_text("{% if advice %}x{% endif %}", encoding="utf-8")
    (tmp_path / "notes.md").write_text("not ours", encoding="utf-8")

    assert list_left_out(tmp_path) == [
        "receipt.en.md leaves out _struck.en.md",
        "ris_problems.de.md leaves out _struck.de.md",
    ]
    assert list_left_out(SHIPPED) == []


@pytest.mark.parametrize(
    ("tag", "loses"),
    [
        ('<style data-css-inline="keep">', False),
        ("<style data-css-inline='keep'>", False),
        ('<STYLE type="text/css" data-css-inline="keep">', False),
        ("<style>", True),
        ('<style data-css-inline="keep"></style><style>', True),
    ],
)
def test_an_own_layout_that_would_lose_its_media_rules_is_named(
    tmp_path: Path, tag: str, *, loses: bool
) -> None:
    layout = (SHIPPED / "layout.html").read_text(encoding="utf-8")
    own = layout.replace('<style data-css-inline="keep">', tag)
    (tmp_path / "layout.html").write_text(own, encoding="utf-8")

    named = ['layout.html loses its @media rules: mark their tag data-css-inline="keep"']
    assert list_lost_rules(tmp_path) == (named if loses else [])
    html = render_mail("receipt", "en", sample_values("receipt", "en"), templates_dir=tmp_path).html
    assert ("@media" not in html) == loses


def test_no_other_layout_loses_any(tmp_path: Path) -> None:
    assert list_lost_rules(tmp_path) == list_lost_rules(SHIPPED) == []
    (tmp_path / "layout.html").write_text("<html><body>{{ body }}</body></html>", encoding="utf-8")
    assert list_lost_rules(tmp_path) == []


#: words that begin a German sentence and are no names and no nouns
SMALL = "Alle Auf Beide Das Der Die Diese Ein Eine Es Für Jemand Niemand Über Unser Von Was Wir Zwei"


@pytest.mark.parametrize("lang", ["en", "de"])
def test_after_the_salutation_english_begins_anew_and_german_goes_on(lang: str) -> None:
    mails = sorted((Path(__file__).parents[1] / "approved" / "mails").glob(f"*.{lang}.txt"))
    greets = re.compile(r"^(?:Hello|Guten Tag)\b[^\n]*,\n\n(\w+)", re.MULTILINE)
    begins = {mail.name: found[1] for mail in mails if (found := greets.search(mail.read_text("utf-8")))}
    is_wrong = {"en": str.islower, "de": SMALL.split().__contains__}[lang]

    assert begins
    assert {name: word for name, word in begins.items() if is_wrong(word)} == {}


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        ((Role.USER, Role.USER), "please name it to your Organization Administrator or Exostar"),
        ((Role.ORGANIZATION_ADMINISTRATOR, Role.USER), "please name it to Exostar"),
    ],
)
def test_no_administrator_is_sent_to_their_administrator(roles: tuple[Role, Role], says: str) -> None:
    several = account_samples.several_accounts(samples.decided_case("en"), at=samples.DECIDED_AT)
    found = [
        (replace(account, role=role, status=AccountStatus.DEACTIVATED), company)
        for (account, company), role in zip(several, roles, strict=True)
    ]
    values = user_ids(found, POLICY, sign_in_url="https://portal.example.com/sign-in")

    assert says in " ".join(render_mail("user_ids", "en", values).text.split())


@every_language
@every_mail
def test_a_name_that_ends_in_a_full_stop_ends_its_sentence(name: str, lang: str) -> None:
    values = sample_values(name, lang)
    names = {key: f"{key.title()} Inc." for key in ("company", "sponsor", "person", "sender_name")}
    mail = render_mail(name, lang, values | {key: said for key, said in names.items() if key in values})
    heads = f"{mail.subject}\n{mail.preheader}"
    assert "Inc.." not in heads + re.sub(r"[*_]", "", mail.text) + re.sub(r"<[^>]*>", "", mail.html)


def test_a_name_without_one_and_a_sentence_that_goes_on_keep_theirs() -> None:
    mail = show("account_locked", company="Lindgren AB")
    assert "at Lindgren AB. It is therefore" in " ".join(mail.text.split())
    mail = show("account_locked", company="Lindgren Inc.")
    assert "at Lindgren Inc. It is therefore" in " ".join(mail.text.split())


@pytest.mark.parametrize("key", ["members.title", "change.my_account", "dashboard.credentials"])
def test_a_german_mail_names_a_page_as_the_german_portal_does(key: str) -> None:
    """“under Users” of the English one is “unter „Benutzer““ of the German one."""
    names = {lang: words(lang).say(f"page.{key}") for lang in LANGUAGES}
    naming = [path for path in SHIPPED.glob("*.en.md") if f"under {names['en']}" in path.read_text("utf-8")]
    unter = re.compile(rf"unter „?{names['de']}“?")

    assert naming
    for path in naming:
        assert unter.search(path.with_name(path.name.replace(".en.", ".de.")).read_text("utf-8")), path.name


@pytest.mark.parametrize(
    ("lang", "whom"),
    [("en", "who has no account yet gets an activation mail"), ("de", "die noch kein Konto haben, bekommen")],
)
def test_an_addition_promises_no_activation_mail_to_whoever_has_an_account(lang: str, whom: str) -> None:
    """Somebody of a form of before is ordered anew where their License Key is void."""
    mail = show("order_confirmation", lang, only_people=True, addition_to="C-7")
    assert whom in " ".join(mail.text.split())


def test_a_mail_calls_the_desk_by_the_name_that_the_policy_gives_it() -> None:
    own = re.compile(r"(?:support|onboarding)[ -](?:desk|team)", re.IGNORECASE)
    named = {path.name: own.findall(path.read_text("utf-8")) for path in SHIPPED.glob("*.md")}

    assert {name: found for name, found in named.items() if found} == {}
    assert own.search("our support desk, das Onboarding-Team")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_of_colleagues_at_one_address_each_finds_their_own_user_id(lang: str) -> None:
    found = account_samples.several_accounts(samples.decided_case(lang), at=samples.DECIDED_AT)
    (one, _), (other, _) = found

    def told(*those: tuple[Account, str]) -> str:
        return render_mail("user_ids", lang, user_ids(those, POLICY, sign_in_url="https://portal/")).text

    both, own = told(*found), told(found[0], found[0])
    for account in (one, other):
        assert re.search(rf"{account.user_id}.{{0,5}}{account.name}", both, re.DOTALL)
    assert re.search(rf"^\w.* {one.name},$", own, re.MULTILINE)
    assert not re.search(rf"^\w.* {one.name},$", both, re.MULTILINE)


def test_a_list_of_user_ids_that_waited_from_before_goes_without_names() -> None:
    values = sample_values("user_ids")
    old = [{"user_id": one["user_id"], "company": one["company"]} for one in values["accounts"]]
    assert old[1]["user_id"] in render_mail("user_ids", "en", values | {"accounts": old}).text


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("order_confirmation", {"from_spare": 2}, "Genutzte freie Plätze"),  # not of the money above it
        ("site_ready", {}, "und die ForumPass-Site ist bereit"),  # the customer's, not ForumPass's own
        ("site_ready", {}, "weil Sie das am"),  # the mail is not what was ordered
        ("partner_notice", {}, "Zur Anmeldeseite: "),
        ("phone_reset", {"state": "cooling"}, "zwei Menschen haben zugestimmt, dass"),  # and saw nothing
        ("email_change", {"due": "1. Mai"}, "sobald die neue Adresse es bestätigt hat"),
    ],
)
def test_a_german_mail_says_what_its_english_twin_says(name: str, changes: dict[str, Any], says: str) -> None:
    assert says in " ".join(show(name, "de", **changes).text.split())
