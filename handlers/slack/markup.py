"""Slack's own writing of a message, back into the text that a person typed or read."""

import re
from collections.abc import Mapping
from typing import Any

#: `<https://…|label>`, `<mailto:…|…>`, `<@U1|name>`, `<#C1|name>`, `<!channel>`, `<!subteam^S1|@name>`
_MARKED = re.compile(r"<(?P<sign>[@#!]?)(?P<what>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_WITH_TEXT = frozenset({"header", "section", "context"})


def typed(text: str) -> str:
    """Without markup and entities: links by their address, people and channels by id or name."""
    plain = _MARKED.sub(_said, text)
    for entity, sign in _ENTITIES:
        plain = plain.replace(entity, sign)
    return plain


def named(text: str) -> str:
    """Whom the words name: a mention as Slack writes it, else a name or an address without its link."""
    return text if re.fullmatch(r"<@[^<>]+>", text.strip()) else typed(text)


def _said(found: re.Match[str]) -> str:
    sign, what, label = found["sign"], found["what"], found["label"]
    if not sign:
        # Of "acme.example" Slack makes a link to http://acme.example: what was typed is the label.
        return label if what == f"http://{label}" else what.removeprefix("mailto:")
    named = (label or what).lstrip("@#")
    return f"{'#' if sign == '#' else '@'}{named}"


def text_of(message: Mapping[str, Any]) -> str:
    """What stands in a message; of an app's, whose text is only a notification, what its blocks say."""
    if message.get("bot_id") and (said := _texts(message.get("blocks") or [])):
        return "\n".join(said)
    return typed(str(message.get("text") or ""))


def _texts(blocks: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        if block.get("type") not in _WITH_TEXT:
            continue
        parts = [block.get("text"), *(block.get("fields") or []), *(block.get("elements") or [])]
        texts = [part["text"] for part in parts if part and isinstance(part.get("text"), str)]
        found.extend(typed(text) for text in texts)
    return found
