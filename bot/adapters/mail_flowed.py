"""format=flowed (RFC 3676): lines that a mail program broke at a blank are joined again."""

import re

_MARKS = re.compile(r">*")


def unflowed(text: str, *, delsp: bool) -> str:
    """Join a paragraph's lines, quoted ones with those of their depth; `delsp`: the blank was added, too."""
    lines: list[str] = []
    depth, goes_on = 0, False
    for line in text.split("\n"):
        marks = len(_MARKS.match(line)[0])  # type: ignore[index]
        said = line[marks:]
        if not said.startswith(" >"):  # a ">" of theirs, which marks no quote as long as it is stuffed
            said = said.removeprefix(" ")
        if goes_on and marks == depth and said != "-- ":
            lines[-1] += said
        else:
            lines.append(f"{'>' * marks}{' ' if marks else ''}{said}")
        depth, goes_on = marks, said.endswith(" ") and said != "-- "
        if goes_on and delsp:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
