"""How soon a link is mailed once more to whoever asks for it, proven or not.

A number of mails a day could be used up by a stranger, and the owner would be cut off. So they only get
rarer: whoever is sent none has one that still works.
"""

from datetime import datetime, timedelta

SOON = timedelta(minutes=5)  #: from one to the next …
MOST_SOON = 5  #: … until there were so many …
WITHIN = timedelta(hours=24)  #: … in that time
SELDOM = timedelta(hours=1)  #: from then on; no such link lasts shorter than twice that


def rests(newest: datetime | None, *, made: int, now: datetime) -> bool:
    """Whether the newest that still works has to do; `made`: how many went `WITHIN`, it included."""
    return newest is not None and now < newest + (SELDOM if made >= MOST_SOON else SOON)
