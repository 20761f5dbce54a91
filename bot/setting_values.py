"""Values of settings: lists of names, lists of people, and the keys of what is sealed."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from bot.domain.addresses import is_address_or_domain

_LET_READ = "let the service's user read it"
MOST_PORTS = 65535
LONG_ENOUGH = 32  #: characters of a secret key
_MAKE_ONE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"


def split(value: object) -> Any:  # noqa: ANN401 - a text as a tuple, and anything else as it is
    """Read `a, b` as a tuple; an empty text is an empty tuple."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def shown(value: object) -> str:
    """As a fault may say it: of sane length, and whatever is no UTF-8 in the environment is a "?"."""
    return str(value)[:200].encode("utf-8", "replace").decode()


def check_folder(folder: Path) -> None:
    """Raise ValueError for wording of which something cannot be read: a mail would fail later."""
    if not os.path.isdir(folder):  # noqa: PTH112 - Path's raises where a name is too long
        raise ValueError(f"{shown(folder)} is no folder; name the one with your wording, or leave it away")
    for place in (folder, folder / "terms"):
        try:
            unreadable = [
                entry for entry in place.iterdir() if not os.access(entry, os.R_OK, effective_ids=True)
            ]
        except FileNotFoundError:
            continue
        except OSError as exc:
            raise ValueError(f"{shown(place)} cannot be read ({exc.strerror}); {_LET_READ}") from None
        if unreadable:
            raise ValueError(f"{shown(unreadable[0])} cannot be read; {_LET_READ}")


def is_bind(value: str) -> bool:
    """Whether it is HOST:PORT, an address of IPv6 in brackets."""
    found = re.fullmatch(r"(?:[^:\s]*|\[[^\]\s]+\]):(\d{1,5})", value, re.ASCII)
    return found is not None and is_port(found[1])


def is_port(digits: str) -> bool:
    return int(digits) <= MOST_PORTS


def check_listed(names: Iterable[str]) -> None:
    """Raise ValueError for the first that is neither a mail address nor a domain."""
    for name in names:
        if not is_address_or_domain(name):
            raise ValueError(f"{shown(name)} is no address or domain: write anna@example.com or example.org")


def _listed(names: tuple[str, ...]) -> tuple[str, ...]:
    check_listed(name.removeprefix("@") for name in names)
    return names


def _strong(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not keys or any(len(key.get_secret_value()) < LONG_ENOUGH for key in keys):
        raise ValueError(f"must be {LONG_ENOUGH} characters or more; {_MAKE_ONE}")
    return keys


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
#: addresses and domains
Senders = Annotated[Names, AfterValidator(_listed)]
Keys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(split)]
NewKeys = Annotated[Keys, AfterValidator(_strong)]
