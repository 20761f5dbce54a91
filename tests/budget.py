"""How many examples a property test tries: few while one works, many in `make check`."""

import os


def examples(many: int) -> int:
    """`many` in `make check`, a quarter of them in `make test`."""
    return many if os.environ.get("THOROUGH") == "1" else max(10, many // 4)
