"""Why a job ended as it did where no other side has said it: as it is kept, and as `usher jobs` shows it."""

from typing import Final

UNOPENED: Final = "no key in SECRET_KEY opens its link any more"  #: it was sealed with a key which is gone
VANISHED: Final = "the worker vanished while carrying it out"
RESTORED: Final = "waits since a restore"
