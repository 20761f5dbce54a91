"""What our libraries load wherever it is there, and we never ask for, is not loaded."""

import sys
from importlib import import_module

#: sqlite_utils loads numpy, which comes with the charts, and structlog rich: 14 MB and 0.07 s of a service
UNASKED = {"numpy": "sqlite_utils", "rich": "structlog"}


def import_lean() -> None:
    """Import these libraries without it; to be called before anything else imports them."""
    for unasked, library in UNASKED.items():
        before = sys.modules.pop(unasked, None)
        sys.modules[unasked] = None  # type: ignore[assignment]  # "cannot be imported"
        try:
            import_module(library)
        finally:
            del sys.modules[unasked]
            if before is not None:
                sys.modules[unasked] = before
