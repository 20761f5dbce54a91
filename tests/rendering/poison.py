"""Strangers' text in every place of a value where a stranger may write, and as many of everything as come."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

T = TypeVar("T")

MARK = "Zyx"  #: stands at the front of each text, to be found again in what is shown
MANY = 200

#: what strangers write; each must be shown as the text it is
TEXTS: Mapping[str, str] = {
    "nothing odd": "",
    "endless": "W" * 4_000,
    "emoji": "\U0001f600\U0001f469\u200d\U0001f469\u200d\U0001f467" * 150,
    "emoji beside letters": "a\U0001f600" * 600,
    "what is escaped": "<&>" * 500,
    "right to left": " \u0634\u0631\u0643\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea" * 80,
    "turned round": "\u202egpj.exe\u2066\u2069\u200f",
    "zero width": "\u200b\u200d\ufeff\u2060" * 200,
    "broadcasts": " <!channel> <!here> <!everyone> <!subteam^S1> @channel @here",
    "mentions": " <@U1> <@U0AVERY0001> <@W1|x> <#C1> <#C1|general>",
    "links": " <https://evil.example|x> <mailto:a@evil.example> https://evil.example [x](https://evil.example)",
    "entities": " &lt;!channel&gt; &amp;lt; &#60;!here&#62;",
    "code": " `x` ```y``` ``",
    "formats": " *bold* _it_ ~no~ :tada: > quote",
    "lines": "\r\n\n\n# Approved\n*Approved* by you\u2028x\u2029y\x0bz\x00",
    "dates": " <!date^1392734382^{date}|x>",
    "controls": "\ud800\x07\x1b[31m",
}

#: fields that are ours: references, hashes, ids and keys into the words
OURS = frozenset(
    {
        "added_by", "again", "asked_by", "by", "channel", "content_hash", "currency", "deputy",
        "erasure", "field", "key", "link", "made_by", "message_id", "other", "owner", "people", "person",
        "ref", "right_of", "seal", "seen", "settled_by", "slot", "template", "topic", "ts", "what",
    }
)  # fmt: skip
#: what there may be many of
MANIFOLD = frozenset(
    {
        "users", "problems", "headings", "changes", "passed_over", "attachments", "known",
        "proposals", "deciders", "effects", "returned", "voided", "given",
    }
)  # fmt: skip


def poisoned(value: T, text: str, *, many: int = MANY) -> T:
    """The value with the text wherever a stranger may write, empty places too."""
    return cast(T, _poisoned(value, MARK + text, many, ""))


def _poisoned(value: object, text: str, many: int, name: str) -> object:
    if isinstance(value, Enum) or name in OURS:
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple) and (names := getattr(value, "_fields", ())):  # a NamedTuple
        each = [_poisoned(one, text, many, field) for one, field in zip(value, names, strict=True)]
        return cast(Any, type(value))(*each)
    if isinstance(value, tuple):
        kept = tuple(_poisoned(one, text, many, "") for one in value)
        return (kept * many)[: max(many, len(kept))] if name in MANIFOLD and kept else kept
    if is_dataclass(value) and not isinstance(value, type):
        changed: dict[str, Any] = {
            field.name: _poisoned(getattr(value, field.name), text, many, field.name)
            for field in fields(value)
            if field.init
        }
        return replace(value, **changed)
    return value
