"""`[brand]` of `usher.toml`: the name, colour and logo of the portal, the first two of the mails too."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

MOST_LOGO_BYTES = 200_000
#: white letters on the colour, and the colour's letters on our pages, stay readable (WCAG 2.2, 1.4.3)
LEAST_CONTRAST = 4.5
_PAGE = "#eef1f5"
_DARK = 0.04045  #: up to here sRGB is linear
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


class Brand(BaseModel):
    """What is not said is Usher's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=60)] = ""  #: "" for the desk's name
    colour: str = "#0b57a4"  #: of the band, buttons and links
    logo: str = ""  #: a file, .svg or .png; "" for Usher's mark

    @field_validator("colour")
    @classmethod
    def _readable(cls, value: str) -> str:
        if not _COLOUR.fullmatch(value):
            raise ValueError('must be a colour such as "#0b57a4"')
        if (found := contrast(value, _PAGE)) < LEAST_CONTRAST:
            raise ValueError(
                f"is too light to be read: its contrast to the page is {found:.1f} and has to be "
                f"{LEAST_CONTRAST}; choose a darker one"
            )
        return value.lower()

    @field_validator("logo")
    @classmethod
    def _there(cls, value: str) -> str:
        if not value:
            return value
        file = Path(value)
        if file.suffix.lower() not in TYPES:
            raise ValueError("must be an .svg or a .png file")
        if not file.is_file():
            raise ValueError(f"there is no file {value}; name it by its whole path")
        if file.stat().st_size > MOST_LOGO_BYTES:
            raise ValueError(f"is larger than {MOST_LOGO_BYTES // 1000} kB; a logo is drawn 30 pixels high")
        return value


def contrast(one: str, other: str) -> float:
    """Of two colours such as "#0b57a4", from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= _DARK else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
