"""The portal's pages: Jinja templates, one small stylesheet, and what a page shows as plain values."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@cache
def static_url(name: str) -> str:
    """The address of a file of ours; it changes with the content, so browsers may keep it for long."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
