"""Text without halves: JSON and the command line may hold half of a sign, no database and no mail can."""

import re

#: half of a sign beyond the first 65,536
_HALF = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """Put two halves together that are one sign, and U+FFFD in the place of a single one."""
    if text.isascii() or not _HALF.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
