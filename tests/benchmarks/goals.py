"""What a benchmark is to reach: each goal is told as met or missed, and a missed one fails the run.

Beside other work no figure counts, and a machine's speed changes within minutes: a miss asks for another run.
"""

import sys


class Goals:
    """Those of one benchmark, as it goes through them."""

    def __init__(self) -> None:
        self._missed = False

    def at_most(self, what: str, found: float, goal: float) -> None:
        self._tell(what, found, f"at most {goal:g}", met=found <= goal)

    def at_least(self, what: str, found: float, goal: float) -> None:
        self._tell(what, found, f"at least {goal:g}", met=found >= goal)

    def end(self) -> None:
        """Leave with 1 where one was missed."""
        if self._missed:
            sys.exit(1)

    def _tell(self, what: str, found: float, wanted: str, *, met: bool) -> None:
        self._missed |= not met
        print(f"goal {'met' if met else 'MISSED'}: {what} {found:.2f}, {wanted}")
