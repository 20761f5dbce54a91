"""The desk's colour and logo as files of their own: the pages' policy lets no style stand inline."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.brand_policy import TYPES
from bot.policy import Policy
from bot.rendering.pages import STATIC

_STYLE = """:root {{ --brand: {colour}; }}
@media screen and (prefers-color-scheme: light) {{ :root {{ --link: {colour}; }} }}
"""


@dataclass(frozen=True, kw_only=True)
class BrandFile:
    """What a browser fetches; its address changes with its content, so that it may be kept for long."""

    name: str
    type: str
    content: bytes

    @property
    def url(self) -> str:
        return f"/brand/{self.name}?v={hashlib.sha256(self.content).hexdigest()[:12]}"


@dataclass(frozen=True, kw_only=True)
class Brand:
    """How every page looks; read once, when the portal starts."""

    name: str
    style: BrandFile
    logo: BrandFile

    @classmethod
    def of(cls, policy: Policy) -> Self:
        brand = policy.brand
        logo = Path(brand.logo) if brand.logo else STATIC / "mark.svg"
        style = _STYLE.format(colour=brand.colour).encode()
        return cls(
            name=brand.name or policy.desk.name,
            style=BrandFile(name="style", type="text/css; charset=utf-8", content=style),
            logo=BrandFile(name="logo", type=TYPES[logo.suffix.lower()], content=logo.read_bytes()),
        )
