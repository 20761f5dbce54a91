"""What strangers write, put into a mail's values, and what a reader's program sees of the mail."""

from html.parser import HTMLParser
from typing import Any

import pytest

from bot.rendering.samples import sample_values

HOSTILE = (
    "[Click](https://evil.example)",
    "[[Pay now]](https://evil.example)",
    "<script>alert(1)</script><a href='https://evil.example'>x</a>",
    "<https://evil.example>",
    "![x](https://evil.example/x.png)",
    "a | b | c |",
    "Acme\n\n# You won\n\n- one\n- two",
    "# Heading",
    "1. one",
    "---",
    "***bold*** __bold__ `code` ~~gone~~",
    "back\\slash\\",
    "&lt;b&gt; &amp; &#60;",
    "{{ 7 * 7 }} {% raw %}",
    "[x]: https://evil.example 'ref'",
    "    indented code",
    "```\nfence\n```",
    "\u202egpj.exe",
    "شركة عربية",
)

#: what `make test` tries with every mail; the others are for `make check`
AT_ONCE = HOSTILE[:4]
EACH = [pytest.param(text, marks=() if text in AT_ONCE else pytest.mark.slow) for text in HOSTILE]


class Outline(HTMLParser):
    """The tags and links of a page, and its visible words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for key, value in attrs if key in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words += data


def outline(html: str) -> Outline:
    seen = Outline()
    seen.feed(html)
    return seen


def hostile_values(name: str, text: str) -> dict[str, Any]:
    """Every value a stranger can choose, at every depth."""
    own = {"lang", "ref", "reason", "status_url", "desk", "programme", "support_desk", "support_address"}
    own |= {
        "attached",
        "check_url",
        "home",
        "home_url",
        "enrolment_url",
        "registration_url",
        "activation_url",
        "recovery_url",
        "way",
        "key_url",
        "joining_url",
        "invite_url",
        "mfa_guide_url",
        "email_url",
        "stop_url",
        "prolong_url",
        "sign_in_url",
        "users_url",
        "administrator_url",
        "webinars_url",
        "state",
        "why",
    }

    def poisoned(value: object) -> object:
        if isinstance(value, str):
            return text if value else ""
        if isinstance(value, list):
            return [poisoned(part) for part in value]
        if not isinstance(value, dict):
            return value
        return {key: part if key in own else poisoned(part) for key, part in value.items()}

    values = sample_values(name)
    return {key: value if key in own else poisoned(value) for key, value in values.items()}
