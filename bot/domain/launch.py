"""Hand somebody over to an application: what the signed address says, and for how long it counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.domain.sessions import Strength

LASTS = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Who comes, how strongly signed in; the application takes each `nonce` once."""

    user_id: str
    organisation: str
    application: str
    strength: Strength
    expires_at: datetime
    nonce: str

    @property
    def text(self) -> str:
        """What is signed: the query of the address, in this order."""
        return urlencode(
            {
                "user_id": self.user_id,
                "organisation": self.organisation,
                "application": self.application,
                "strength": self.strength.name.lower(),
                "expires": int(self.expires_at.timestamp()),
                "nonce": self.nonce,
            }
        )


def purpose_of(application: str) -> str:
    """Under which its addresses are signed: one application cannot sign for another."""
    return f"launch {application}"
