"""Files named on the command line: looked at before the work begins, read one at a time."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.domain.errors import SettingsFault


def check_readable(paths: Sequence[Path]) -> None:
    """Refuse every name under which nothing can be read, before the first is worked on."""
    faults = [f"{path}: {fault}" for path in paths if (fault := _fault_of(path))]
    if faults:
        raise SettingsFault(*faults)


def _fault_of(path: Path) -> str:
    # Not opened here: a pipe would take that for its reader having left.
    if path.is_dir():
        return "is a folder; name the files in it"
    if not path.exists():
        return "no such file"
    return "" if os.access(path, os.R_OK) else "may not be read"


def read_files(paths: Sequence[Path], limit: int) -> Iterator[tuple[Path, bytes]]:
    """Each file with its content, cut one byte beyond the limit so that its reader sees it is too large."""
    for path in paths:
        try:
            with path.open("rb") as file:
                content = file.read(limit + 1)
        except OSError as exc:
            raise SettingsFault(f"{path}: cannot be read ({exc.strerror})") from None
        yield path, content


def as_fetched(content: bytes, limit: int) -> tuple[bytes, bool]:
    """What the mailbox fetches of a mail, and whether that is all: of one too large only its header."""
    if len(content) <= limit:
        return content, True
    return content.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n", False
