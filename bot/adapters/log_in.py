"""How a mail server is shown who we are, whatever proof it wants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Client = TypeVar("Client")


@dataclass(frozen=True, kw_only=True)
class Proof(Generic[Client]):
    """`enter` logs in on a fresh connection; `mend` says what to check when the server refuses."""

    enter: Callable[[Client], None]
    mend: str
