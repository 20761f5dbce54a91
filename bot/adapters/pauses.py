"""Leave a server that does not answer alone for a while: waiting for it costs those behind it their time."""

from collections.abc import Callable
from datetime import datetime, timedelta

SILENCES = 3  #: in a row, before it is left alone
LASTS = timedelta(minutes=1)


class Pause:
    """Counts how often in a row a server was silent; every answer, and every quick failure, begins anew."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._silences = 0
        self._since = now()

    @property
    def lasts(self) -> bool:
        """Afterwards one try decides whether it begins again. A clock that was put back ends it."""
        waited = self._now() - self._since
        return self._silences >= SILENCES and timedelta() <= waited < LASTS

    def note(self, *, silent: bool) -> None:
        """Say what came of a try."""
        self._silences = self._silences + 1 if silent else 0
        self._since = self._now()
