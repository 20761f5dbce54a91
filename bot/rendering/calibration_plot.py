"""A picture of whether scores can be believed: what each bin of them promised, and what came true, as SVG."""

from collections.abc import Sequence
from html import escape
from math import sqrt
from typing import Final

from bot.domain.faq import Bin

SIZE: Final = 360  #: of the square, in dots
_LEFT, _TOP, _BELOW, _RIGHT = 64, 40, 56, 24
_DARK, _INK, _FAINT = "#0072B2", "#222222", "#cccccc"
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_AT_THE_EDGE = 0.8  #: from here on the number stands on the left
_LARGEST = 16  #: dots, the radius of the fullest bin


def draw(bins: Sequence[Bin], title: str) -> str:
    """A dot a bin, its area as the messages in it; on the slanting line a score is what it says."""
    width, height = _LEFT + SIZE + _RIGHT, _TOP + SIZE + _BELOW
    most = max((one.count for one in bins), default=1)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" font-family="sans-serif" font-size="13" fill="{_INK}">'
        ),
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="24" font-weight="bold">{escape(title)}</text>',
        *map(_tick, _TICKS),
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="{_FAINT}" stroke-width="2"/>',
        *(_dot(one, most) for one in bins),
        _label(_x(0.5), height - 14, "score (mean of the bin)"),
        f'<g transform="rotate(-90 18 {_y(0.5)})">{_label(18, _y(0.5), "right first, share")}</g>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _tick(value: float) -> str:
    return (
        f'<path d="M{_x(0)} {_y(value)}H{_x(1)}M{_x(value)} {_y(0)}V{_y(1)}" stroke="{_FAINT}" '
        f'stroke-width="0.5"/>{_label(_x(value), _y(0) + 18, f"{value:.1f}")}'
        f'<text x="{_LEFT - 8}" y="{_y(value) + 4:.0f}" text-anchor="end">{value:.1f}</text>'
    )


def _dot(one: Bin, most: int) -> str:
    x, y, radius = _x(one.score), _y(one.right), max(2.0, _LARGEST * sqrt(one.count / most))
    beside = -radius - 4 if one.score > _AT_THE_EDGE else radius + 4
    anchor = "end" if beside < 0 else "start"
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{_DARK}" fill-opacity="0.8"/>'
        f'<text x="{x + beside:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}" font-size="11">{one.count}</text>'
    )


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle">{text}</text>'


def _x(value: float) -> float:
    return _LEFT + SIZE * value


def _y(value: float) -> float:
    return _TOP + SIZE * (1 - value)
