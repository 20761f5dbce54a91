"""The command `usher`: joins the doors, starts the service or the sandbox, and answers operators."""

import sys

#: What libraries of ours load wherever it is there, for what we never ask of them: sqlite_utils numpy, which
#: comes with the charts, and structlog rich. That would be 14 MB and 0.07 s of every process.
_UNASKED = [name for name in ("numpy", "rich") if name not in sys.modules]

sys.modules.update(dict.fromkeys(_UNASKED))  # type: ignore[arg-type]  # None is "cannot be imported"
import sqlite_utils  # noqa: E402, F401
import structlog  # noqa: E402, F401

for _name in _UNASKED:
    del sys.modules[_name]
