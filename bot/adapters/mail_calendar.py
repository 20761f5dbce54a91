"""What an invitation says: the first event's summary and description (RFC 5545)."""

import re

_FOLDED = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"^(SUMMARY|DESCRIPTION)(?:;[^:\r\n]*)?:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\;,nN])")


def words_of(calendar: str) -> str:
    """In the order of reading; "" where there are none."""
    said: dict[str, str] = {}
    for name, value in _LINE.findall(_FOLDED.sub("", calendar)):
        said.setdefault(name.upper(), _ESCAPED.sub(_unescaped, value).strip())
    return "\n\n".join(filter(None, (said.get("SUMMARY"), said.get("DESCRIPTION"))))


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]
