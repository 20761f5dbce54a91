"""The two programmes for whose people Usher keeps accounts."""

from enum import StrEnum


class Programme(StrEnum):
    """Whose accounts these are (process.md): the two live by rules of their own."""

    MAG = "mag"
    EXTRANET = "extranet"
