"""What the enrolment page shows: a QR code drawn into the page, and the same secret to be typed."""

from dataclasses import dataclass

import segno
from markupsafe import Markup

from bot.domain.step_up import Enrolment
from bot.rendering.words import Words


@dataclass(frozen=True, kw_only=True)
class Shown:
    """`qr` is SVG without a script or a style, so that the page's policy lets it stand."""

    qr: Markup
    secret: str  #: in groups of four
    uri: str


def shown(enrolment: Enrolment, words: Words) -> Shown:
    code = segno.make_qr(enrolment.uri, error="m")
    svg = code.svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None,
        title=words.say("page.enroll.qr"),
    )  # fmt: skip
    secret = enrolment.secret
    groups = (secret[at : at + 4] for at in range(0, len(secret), 4))
    return Shown(qr=Markup(svg), secret=" ".join(groups), uri=enrolment.uri)  # noqa: S704 - segno escapes
