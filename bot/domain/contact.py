"""What somebody writes into the contact form, as far as it can be answered."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LONGEST = 4_000  #: characters of a question
LONGEST_NAME = 120
AT_ONCE = timedelta(minutes=10)  #: in which the same once more is a second click, or the form after "Back"


class ContactFault(StrEnum):
    """Why a form goes nowhere yet; each has its words beside its field."""

    QUESTION = "question"  # nothing is asked
    LENGTH = "length"  # more is asked than is kept
    NAME = "name"
    EMAIL = "email"
    OWN_ADDRESS = "own_address"  # the desk would answer itself


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A form as it was filled in; its question is whole."""

    question: str
    name: str = ""
    email: str = ""
    tried: str = ""  #: the article that did not help before

    @property
    def is_question(self) -> bool:
        return any(map(str.isalnum, self.question))
