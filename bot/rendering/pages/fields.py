"""Fields of the portal's forms and what is wrong with them, as every page shows them."""

from dataclasses import dataclass

LONGEST_TYPED = 320  #: signs a browser takes where a room says no less: an e-mail address has no more


@dataclass(frozen=True, kw_only=True)
class Option:
    value: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field; `options` of one that is chosen from a list, `hint` and `faults` "" and () for none."""

    name: str
    label: str
    value: str
    required: bool
    autocomplete: str
    inputmode: str = "text"
    options: tuple[Option, ...] = ()
    empty: str = ""  #: what the list says while nothing is chosen
    hint: str = ""
    faults: tuple[str, ...] = ()
    longest: int = LONGEST_TYPED


@dataclass(frozen=True, kw_only=True)
class FieldFault:
    """What is wrong with a form, in words, and the field that it is about."""

    field: str
    words: str
