import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import policy as policies
from bot.brand_policy import Brand
from bot.domain.approvals import Choice, RejectionReason
from bot.domain.cases import Addition, Case
from bot.domain.languages import LANGUAGES
from bot.domain.mail import Address
from bot.domain.ris import Company, Problem, ProblemKind
from bot.domain.sheets import SheetRefusal
from bot.rendering import (
    mails,
    markdown,
    order_mails,
    samples,
)
from bot.rendering.mail_templates import SHIPPED, list_mails
from bot.rendering.mails import RenderedMail, render_mail
from bot.rendering.samples import sample_values
from tests.budget import examples
from tests.golden import assert_approved
from tests.rendering import partner_states
from tests.rendering.mail_states import STATES, URLS, unreadable
from tests.rendering.strangers import EACH, hostile_values, outline

POLICY = policies.load()
every_mail = pytest.mark.parametrize("name", list_mails())
every_language = pytest.mark.parametrize("lang", LANGUAGES)


def show(name: str, lang: str = "en", **changed: object) -> RenderedMail:
    return render_mail(name, lang, sample_values(name, lang) | changed)


@pytest.mark.golden
@every_language
@every_mail
def test_a_mail_reads_as_it_was_approved(name: str, lang: str) -> None:
    mail = show(name, lang)
    head = f"Subject: {mail.subject}\nPreheader: {mail.preheader}\n\n"

    assert_approved(f"mails/{name}.{lang}.txt", head + mail.text)
    assert_approved(f"mails/{name}.{lang}.html", mail.html)


@pytest.mark.golden
@every_language
@pytest.mark.parametrize("state", STATES)
def test_a_mail_in_another_state_reads_as_it_was_approved(state: str, lang: str) -> None:
    name = max((name for name in list_mails() if state.startswith(f"{name}_")), key=len)
    mail = render_mail(name, lang, STATES[state](lang) | URLS)

    assert_approved(f"mails/{state}.{lang}.txt", f"Subject: {mail.subject}\n\n{mail.text}")
    assert_approved(f"mails/{state}.{lang}.html", mail.html)


@every_language
@pytest.mark.parametrize("state", partner_states.STATES)
def test_no_partner_is_sent_to_an_administrator_whom_none_of_them_has(state: str, lang: str) -> None:
    name = max((name for name in list_mails() if state.startswith(f"{name}_")), key=len)
    said = render_mail(name, lang, STATES[state](lang) | URLS).text

    assert "dministrator" not in said
    words = said.lower().replace("telephone", "").replace("/phone-reset/", "")
    assert "phone" not in words
    assert POLICY.extranet.support_desk in said


def test_every_mail_of_the_spine_is_there() -> None:
    assert set(list_mails()) >= {
        "order_confirmation", "ris_problems", "receipt", "neutral_receipt", "rejection", "unreadable_ris",
    }  # fmt: skip


@every_mail
def test_both_languages_have_the_same_structure_links_and_variables(name: str) -> None:
    sources = {lang: _source(name, lang) for lang in LANGUAGES}
    bodies = {lang: _marks(source) for lang, source in sources.items()}

    assert _variables(sources["en"]) == _variables(sources["de"])
    assert bodies["en"] == bodies["de"]


def _source(name: str, lang: str) -> str:
    return (SHIPPED / f"{name}.{lang}.md").read_text(encoding="utf-8")


def _marks(source: str) -> list[tuple[str, object]]:
    """The kinds and links of a text, in order."""
    blocks = markdown._parser().parse(source)
    tokens = [token for block in blocks for token in (block, *(block.children or ()))]
    return [
        (token.type, token.attrGet("href") or (token.meta or {}).get("url"))
        for token in tokens
        if token.type in {"button", "link_open", "table_open", "heading_open", "list_item_open"}
    ]


def _variables(source: str) -> list[str]:
    """What is printed or asked, in any order: sentences may turn."""
    parts = re.findall(r"{{\s*(.*?)\s*}}|{%\s*(?:if|elif|for)\s+(.*?)\s*%}", source)
    return sorted({shown or asked for shown, asked in parts})


@every_mail
def test_both_languages_take_the_same_values(name: str) -> None:
    assert sample_values(name, "en").keys() == sample_values(name, "de").keys()


#: to the desk's own people, who ask each other
TO_STAFF = {"enrolment", "authenticator_reset"}


@every_language
@pytest.mark.parametrize("name", [name for name in list_mails() if name not in TO_STAFF])
def test_every_mail_says_who_answers_questions_and_names_its_case(name: str, lang: str) -> None:
    values, mail = sample_values(name, lang), show(name, lang)

    named = values.get("ref") or values["number"]  # of a purchase order, which is no case
    desk = POLICY.extranet if values["programme"] == POLICY.extranet.name else POLICY.mag
    for part in (desk.support_desk, desk.support_address, named):
        assert part in mail.text
        assert part in outline(mail.html).words


@every_language
@every_mail
def test_text_and_html_say_the_same(name: str, lang: str) -> None:
    mail = show(name, lang)
    said = _letters(outline(mail.html[mail.html.index("<h1") :]).words)
    lines = [
        line for line in mail.text.splitlines() if not line.startswith(("--", "==")) and "https" not in line
    ]

    assert [line for line in lines if _letters(line) not in said] == []


def _letters(text: str) -> str:
    """Without spaces, and without the numbers that HTML lists make by themselves (or days of a table)."""
    return re.sub(r"[\s:]", "", re.sub(r"(^\s*|: )(\d+\.|-) ", "", text, flags=re.MULTILINE))


@every_mail
def test_what_a_builder_gives_can_be_stored_as_json(name: str) -> None:
    values = sample_values(name)

    assert json.loads(json.dumps(values)) == values


def test_a_mail_wears_the_brand_of_the_desk() -> None:
    brand = Brand(name="A & B <b>", colour="#7a1f3d")
    plain, worn = (
        render_mail("receipt", "en", sample_values("receipt"), brand=one) for one in (Brand(), brand)
    )

    assert (plain.subject, plain.text) == (worn.subject, worn.text)
    assert "A &amp; B &lt;b&gt; · " in worn.html
    assert re.sub(r"#7a1f3d|A &amp; B &lt;b&gt; · ", "", worn.html) == plain.html.replace(Brand().colour, "")
    assert plain.html.count(Brand().colour) == worn.html.count("#7a1f3d") > 4


def test_the_button_is_a_link_in_both_bodies() -> None:
    mail = show("receipt")

    assert f"Check the status: {samples.STATUS_URL}" in mail.text
    assert f'href="{samples.STATUS_URL}"' in mail.html
    assert "[[" not in mail.html + mail.text


def test_styles_are_inlined_and_those_for_dark_and_narrow_are_kept() -> None:
    html = show("receipt").html

    assert re.search(r'<h1 style="[^"]*font-size', html)
    (kept,) = re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)
    queries = re.findall(r"@media \(([^)]*)\) \{\n(?:    .*\n)+  \}", kept)
    assert queries == ["max-width: 560px", "prefers-color-scheme: dark"]
    assert kept.count("@media") == kept.count("\n  }") == len(queries), "the elements have all else"


def test_no_mail_loads_anything_from_elsewhere() -> None:
    for name in list_mails():
        html = show(name).html

        assert not {"img", "link", "script", "iframe"} & set(outline(html).tags)
        assert "url(" not in html


# --- strangers' values ---


@every_mail
@pytest.mark.parametrize("text", EACH)
def test_a_strangers_value_makes_no_link_heading_html_or_button(name: str, text: str) -> None:
    harmless = outline(render_mail(name, "en", hostile_values(name, "Acme")).html)
    seen = render_mail(name, "en", hostile_values(name, text))
    shape = outline(seen.html)

    assert shape.tags == harmless.tags
    assert shape.links == harmless.links
    assert "\n" not in seen.subject


@settings(max_examples=examples(60), deadline=None)
@given(
    text=st.text(
        alphabet=st.sampled_from("[]()<>!#*_`|\\&;\n\t -=+~{}%:/.'\"ab1é\u202e\u2028😀ש"), min_size=1
    )
)
def test_no_value_changes_the_shape_of_a_mail(text: str) -> None:
    for name in ("ris_problems", "unreadable_ris"):
        values = hostile_values(name, f"a{text}b")
        harmless = outline(render_mail(name, "en", hostile_values(name, "Acme")).html)
        shape = outline(render_mail(name, "en", values).html)

        assert (shape.tags, shape.links) == (harmless.tags, harmless.links)


def test_a_strangers_value_is_shown_as_it_was_written() -> None:
    name = "R&D *Stars* [GmbH] <b> #1 | Söhne"
    mail = show("receipt", company=name, facts=[{"field": "Company name", "value": name}])

    assert f"Company name: {name}" in mail.text
    assert name in outline(mail.html).words
    assert name in mail.subject


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://evil.example", "https:\u2060//evil\u2060.example"),
        ("WWW.evil.example/x", "WWW\u2060.evil\u2060.example/x"),
        ("evil.example", "evil\u2060.example"),
        ("(evil.example/a@b.example)", "(evil\u2060.example/a@b\u2060.example)"),
        ("<anna.berg@works.example>,", "<anna.berg@works.example>,"),
        ("1.000,50 on 2026.11.29, e.g. 3.5", "1.000,50 on 2026.11.29, e.g. 3.5"),
    ],
)
def test_a_name_in_a_value_is_not_made_a_link_by_the_readers_program(written: str, shown: str) -> None:
    text = show("receipt", company=f"Win at {written} now").text

    assert f"Win at {shown} now" in " ".join(text.split())


def test_a_template_in_a_value_is_not_run() -> None:
    assert "{{ 7 * 7 }}" in show("receipt", company="{{ 7 * 7 }}").text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.example/a b", "https://x.example/\n", ""])
def test_a_button_leads_to_an_http_address_only(url: str) -> None:
    with pytest.raises(ValueError, match="http address"):
        show("receipt", status_url=url)


def test_a_value_of_any_length_is_cut() -> None:
    mail = show("receipt", company="x" * 100_000)

    assert len(mail.text) < 5_000
    assert len(mail.subject) < 200


# --- what the mails say ---


@every_language
def test_every_reason_of_a_rejection_has_its_own_words(lang: str) -> None:
    texts = {show("rejection", lang, reason=str(reason)).text for reason in RejectionReason}

    assert len(texts) == len(RejectionReason)


def test_a_sponsor_never_reads_that_another_has_brought_the_same() -> None:
    case = replace(samples.decided_case(choice=Choice.REJECTED), addition=Addition(of=2, known=(0,)))
    values = mails.rejection(case, POLICY, brought_before=True)

    assert case.decision is not None
    assert case.decision.reason is RejectionReason.DUPLICATE
    assert values["reason"] == "other"
    assert mails.rejection(replace(case, addition=None), POLICY)["reason"] == "other"
    assert "C-2" not in json.dumps(
        [values, order_mails.order_confirmation(case, POLICY), mails.receipt(case, POLICY)]
    )


def test_the_desks_note_never_leaves_the_desk() -> None:
    case = samples.decided_case(choice=Choice.REJECTED)
    values = mails.rejection(case, POLICY)

    assert case.decision is not None
    assert case.decision.note
    assert case.decision.note not in json.dumps(values)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_that_is_too_large_is_told_the_limits_of_files(lang: str) -> None:
    text = render_mail("unreadable_ris", lang, unreadable(lang, SheetRefusal.TOO_LARGE)).text

    assert "10\u00a0MB" in text
    assert {"en": "20,050", "de": "20.050"}[lang] in text
    assert "25" not in text


@every_language
@every_mail
def test_a_table_has_no_more_columns_than_a_mail_has_room_for(name: str, lang: str) -> None:
    rules = [line for line in _source(name, lang).splitlines() if line.startswith("| ---")]

    assert all(rule.count("---") <= 3 for rule in rules)


@every_language
def test_every_refusal_of_a_file_has_its_own_words(lang: str) -> None:
    texts = {show("unreadable_ris", lang, reason=str(reason)).text for reason in SheetRefusal}

    assert len(texts) == len(SheetRefusal)


@every_language
def test_thousands_of_users_are_confirmed_in_a_mail_that_arrives(lang: str) -> None:
    users = sample_values("order_confirmation", lang)["users"][:1] * 2_000
    text = show("order_confirmation", lang, users=users).text

    assert "\n400. " in text
    assert f"… {'and' if lang == 'en' else 'und'} 1600 " in text


def test_the_list_of_problems_holds_each_with_its_place_and_person() -> None:
    text = show("ris_problems").text

    for number, problem in enumerate(samples.ERRORS, 1):
        assert f"\n{number}. Sheet “{problem.sheet}”" in text
        assert problem.cell in text
    assert "(Aylin Demir)" in text


@pytest.mark.slow
def test_two_hundred_problems_are_all_listed() -> None:
    problems = tuple(
        Problem(kind=ProblemKind.BAD_EMAIL, field="email", sheet="Users", cell=f"E{row}", found="x")
        for row in range(200)
    )
    text = render_mail("ris_problems", "de", _problems_of(problems)).text

    assert "\n200. Blatt „Users“, Zelle\u00a0E199" in text


def _problems_of(problems: tuple[Problem, ...]) -> dict[str, Any]:
    case: Case = samples.incomplete_case("de")
    case = replace(case, ris=replace(case.ris, problems=problems))
    return mails.ris_problems(case, POLICY) | {"status_url": samples.STATUS_URL}


def test_without_advice_there_is_no_advice() -> None:
    assert "Advice" not in show("ris_problems", advice=[]).text


def test_a_neutral_receipt_tells_nothing_of_anybody() -> None:
    values = mails.neutral_receipt(ref="Q-3", lang="en", policy=POLICY)

    assert values.keys() == {
        "lang", "ref", "desk", "programme", "support_desk", "support_address", "hear_by", "offered",
        "closed_case",
    }  # fmt: skip


def test_a_sender_without_a_name_is_greeted_all_the_same() -> None:
    case = replace(samples.complete_case(), sponsor=Address(address="x@sponsor.example.com"))
    values = mails.receipt(case, POLICY) | {"status_url": samples.STATUS_URL}

    assert "\nHello,\n" in render_mail("receipt", "en", values).text


def test_a_form_without_anything_still_makes_a_mail() -> None:
    case = samples.incomplete_case()
    empty = replace(case, ris=replace(case.ris, company=Company(), users=()))

    values = mails.ris_problems(empty, POLICY) | {"status_url": samples.STATUS_URL}

    assert "for a company not yet named (C-7)" in render_mail("ris_problems", "en", values).subject


@every_language
@pytest.mark.parametrize("name", ["order_confirmation", "receipt", "ris_problems"])
def test_a_mail_that_was_queued_before_additions_were_known_is_still_said(name: str, lang: str) -> None:
    values = sample_values(name, lang)
    for later in mails._OF_ITS_OWN:
        del values[later]

    assert render_mail(name, lang, values) == show(name, lang)
