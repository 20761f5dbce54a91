"""How many examples a property test tries: few while one works, many in `make check`."""

import os


def examples(many: int, *, at_once: int = 0) -> int:
    """`many` in `make check`; in `make test` a quarter of them, or `at_once` where each takes long."""
    return many if os.environ.get("THOROUGH") == "1" else at_once or max(10, many // 4)
