"""Filling a shape says exactly what parsing the values would say, whatever they are."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.languages import LANGUAGES
from bot.rendering import mails, quoting
from bot.rendering.mail_templates import list_mails, load, marked
from bot.rendering.mails import RenderedMail, render_mail
from bot.rendering.samples import sample_values
from bot.rendering.shapes import WIDTH, Line, Marks
from tests.budget import examples
from tests.rendering.strangers import EACH, hostile_values, outline


def said_directly(name: str, lang: str, values: dict[str, Any]) -> tuple[str, str]:
    """The HTML and the text by the parser's own way, with the values in the Markdown."""
    mail = render_mail(name, lang, values)
    parts = load(name, lang, None)
    marks = Marks()
    known = {key: marked(marks, key, value) for key, value in values.items()}
    source = marks.resolve(marks.end_sentences(parts.body.render(known)), quoting.markdown)
    heads = (mail.subject, mail.preheader, values["programme"])
    shape = mails._put_together(parts, source, mails.USHERS_OWN, heads)
    return shape.filled(())


@settings(max_examples=examples(60), deadline=None)
@given(
    text=st.text(
        alphabet=st.one_of(
            st.sampled_from("[]()<>!#*_`|\\&;\n\t -=+~{}%:/.'\"ab1é\u00a0\u202e\u2028😀ש\ue000\ue001\ue002"),
            st.characters(),
        ),
        max_size=90,
    ),
    name=st.sampled_from(list_mails()),
    lang=st.sampled_from(LANGUAGES),
)
@example(text=".", name="account_expired", lang="en")
def test_a_mail_filled_into_its_shape_is_the_mail_that_the_parser_makes(
    text: str, name: str, lang: str
) -> None:
    values = hostile_values(name, text)
    mail = render_mail(name, lang, values)

    assert (mail.html, mail.text) == said_directly(name, lang, values)


@settings(max_examples=examples(100), deadline=None)
@given(
    words=st.lists(st.text("x", max_size=WIDTH + 4), min_size=1, max_size=30),
    first=st.sampled_from(["", "1. ", "x" * WIDTH]),
    rest=st.sampled_from(["", "   "]),
)
def test_a_line_is_broken_as_late_as_it_can_be_and_between_words_only(
    words: list[str], first: str, rest: str
) -> None:
    lines = [first + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(rest + word)
        else:
            lines[-1] += f" {word}"

    assert Line(words="", first=first, rest=rest).said(" ".join(words)) == "\n".join(lines)


@pytest.mark.parametrize("name", list_mails())
@pytest.mark.parametrize("text", [*EACH, "", " ", "\ue0000\ue002", "x" * 700, "word " * 40])
def test_no_hostile_value_makes_a_difference_to_the_shape(name: str, text: str) -> None:
    values = hostile_values(name, text)
    mail = render_mail(name, "en", values)

    assert (mail.html, mail.text) == said_directly(name, "en", values)


def own_wording(folder: Path, body: str, *, layout: str = "") -> RenderedMail:
    head = "---\nsubject: Hello {{ company }}\npreheader: x\n---\n"
    (folder / "receipt.en.md").write_text(head + body, encoding="utf-8")
    if layout:
        (folder / "layout.html").write_text(layout, encoding="utf-8")
    values = sample_values("receipt") | {"company": 'A"&<b>', "application": "javascript:alert(1)"}
    return render_mail("receipt", "en", values, templates_dir=folder)


def test_a_value_in_a_link_of_an_own_wording_is_judged_by_the_parser(tmp_path: Path) -> None:
    mail = own_wording(tmp_path, "[good](https://x.example/{{ ref }}) [bad]({{ application }})")

    assert outline(mail.html).links == ["https://x.example/C-7"]
    assert "good (https://x.example/C-7)" in mail.text


def test_a_value_in_an_attribute_of_an_own_layout_does_not_leave_it(tmp_path: Path) -> None:
    mail = own_wording(tmp_path, "x", layout='<p title="{{ subject }}">{{ subject }}{{ body }}</p>')
    shape = outline(mail.html)

    assert "b" not in shape.tags
    assert 'title="Hello A&quot;&amp;' in mail.html
    assert 'Hello A"&<b>' in shape.words


def test_what_an_own_wording_makes_of_a_value_stays_text(tmp_path: Path) -> None:
    mail = own_wording(tmp_path, "**{{ company|lower }}** {{ application ~ ' <i>' }} {{ company[:2] }}")

    assert not {"b", "i"} & set(outline(mail.html).tags)
    assert 'a"&<b> javascript:alert(1) <i> A"' in mail.text


def test_mails_of_one_shape_are_parsed_once() -> None:
    render_mail("receipt", "en", sample_values("receipt") | {"company": "First GmbH"})
    before = mails._shape.cache_info().misses
    second = render_mail("receipt", "en", sample_values("receipt") | {"company": "Second Ltd", "ref": "C-99"})

    assert mails._shape.cache_info().misses == before
    assert "Case: C-99" in second.text
    assert "RIS) for Second Ltd" in second.text
