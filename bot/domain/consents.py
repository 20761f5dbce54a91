"""What a partner agrees to, and what is kept of each answer: which words, which version, when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Consent(StrEnum):
    """What is asked, in this order."""

    PRIVACY = "privacy"
    TERMS = "terms"
    DECLARATION = "declaration"  # of consent to the use of personal data
    MARKETING = "marketing"  # may be left open


MANDATORY: Final = (Consent.PRIVACY, Consent.TERMS, Consent.DECLARATION)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer to one wording; it is never changed, the next one stands beside it."""

    consent: Consent
    agreed: bool
    version: str
    wording: str  #: as it was shown
    lang: str
    at: datetime
