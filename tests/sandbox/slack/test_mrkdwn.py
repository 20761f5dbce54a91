"""Slack's markup as HTML: what is bold, what is a link, and what must never become a tag."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.slack.conversation import rich_text
from bot.sandbox.slack.directory import Directory
from bot.sandbox.slack.mrkdwn import Mrkdwn
from bot.sandbox.slack.pulse import Pulse
from bot.sandbox.slack.richtext import RichText, markdown
from tests.budget import examples
from tests.sandbox.slack.conftest import TurnableClock

MRKDWN = Mrkdwn(Directory(Pulse(TurnableClock())), lambda channel: f"/?channel={channel}")
LINK = 'target="_blank" rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~gone~", "<strong>bold</strong> <em>it</em> <s>gone</s>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("*bold with `*code*`*", "<strong>bold with <code>*code*</code></strong>"),
        ("`<b>`", "<code>&lt;b&gt;</code>"),
        ("```\na < b\n```", "<pre><code>a &lt; b</code></pre>"),
        ("one\ntwo", "one<br>two"),
        ("&gt; said\n> more\nafter", "<blockquote>said<br>more</blockquote>after"),
        ("a &amp; b & c", "a &amp; b &amp; c"),
        ("<https://example.org>", f'<a href="https://example.org" {LINK}>https://example.org</a>'),
        ("<https://example.org?a=1&amp;b=2|go>", f'<a href="https://example.org?a=1&amp;b=2" {LINK}>go</a>'),
        ("*<https://example.org|go>*", f'<strong><a href="https://example.org" {LINK}>go</a></strong>'),
        ("<@U0AVERY0001>", '<span class="mention" data-user="U0AVERY0001">@Avery Stone</span>'),
        ("<@U0GONE|gone>", '<span class="mention" data-user="U0GONE">@gone</span>'),
        ("<#C0SUPPORT01|old>", '<a class="mention" href="/?channel=C0SUPPORT01">#support</a>'),
        ("<!channel>", '<span class="mention broadcast">@channel</span>'),
        ("<!subteam^S0APPROVERS>", '<span class="mention group">@onboarding-approvers</span>'),
        (
            "<!date^1772442720^{date} {time}|x>",
            '<time datetime="2026-03-02T09:12:00+00:00">2 March 2026 09:12</time>',
        ),
        ("<!date^soon^{date}|in a while>", "in a while"),
        (":tada: :unknown_one:", "🎉 :unknown_one:"),
        ("<javascript:alert(1)|click>", "click"),
        ("<script>alert(1)</script>", "scriptalert(1)/script"),
    ],
)
def test_each_mark_becomes_its_tag(text: str, html: str) -> None:
    assert MRKDWN.html(text) == html


TAGS = re.compile(r"</?(strong|em|s|code|pre|blockquote|br|a|span|time|p)\b[^<>]*>")


@settings(max_examples=examples(100), deadline=None)
@given(st.text(alphabet="<>&\"'*_~`|!@#^:{}\n \ue000\ue0010abC-/", max_size=60))
def test_no_text_brings_a_tag_of_its_own(text: str) -> None:
    for html in (MRKDWN.html(text), MRKDWN.plain(text), RichText(MRKDWN).html(rich_text(text))):
        assert not re.search(r"<[a-z/!]", TAGS.sub("", html))


def test_what_people_type_becomes_rich_text() -> None:
    block = rich_text("Hi <@U0AVERY0001>, *see* https://example.org &amp; `code`")

    assert RichText(MRKDWN).html(block) == (
        '<p>Hi <span class="mention" data-user="U0AVERY0001">@Avery Stone</span>, <strong>see</strong> '
        f'<a href="https://example.org" {LINK}>https://example.org</a> &amp; <code>code</code></p>'
    )


def test_a_markdown_block_takes_no_html() -> None:
    assert markdown("**b** <img src=x onerror=alert(1)>") == (
        "<p><strong>b</strong> &lt;img src=x onerror=alert(1)&gt;</p>\n"
    )
