"""Pictures, and that of a week: what came and was decided each day, and how long cases waited with whom.

Names of people stand in the words only. Matplotlib is an extra, and is imported when something is drawn.
"""

import io
from collections.abc import Callable
from datetime import timedelta
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.domain.cases import BallHolder
from bot.domain.lifecycle import Stage
from bot.domain.report import Dwell, Report, WeekAhead
from bot.rendering.report import report_title, span
from bot.rendering.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 4.5, 5.6, 240  #: inches, and dots to one: 1080 dots are a phone's width
#: of Okabe and Ito's palette, which the colour-blind tell apart; dark beside light in grey as well
DARK, LIGHT, INK, FAINT = "#0072B2", "#E69F00", "#222222", "#cccccc"
FONT = "DejaVu Sans"  #: comes with matplotlib
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
#: matplotlib keeps fonts and caches that threads must not build together
_drawing = Lock()


def can_draw() -> bool:
    """Whether the extra `charts` is installed."""
    return find_spec("matplotlib") is not None


def week(report: Report, *, words: Words) -> bytes:
    """A PNG of 1080 dots' width; takes about half a second."""

    def draw(figure: "Figure") -> None:
        heights = (3, 2, 1.5) if report.ahead else (3, 2)
        figure.set_figheight(HEIGHT * sum(heights) / 5)
        days, waits, *ahead = figure.subplots(len(heights), 1, height_ratios=heights)
        _draw_days(days, report, words)
        _draw_waits(waits, report, words)
        for axes in ahead:
            _draw_ahead(axes, report, words)

    return picture(report_title(report, words), draw)


def picture(title: str, draw: Callable[[Any], None]) -> bytes:
    """A PNG of 1080 dots' width with a title; `draw` gets matplotlib's figure, in one thread at a time."""
    from matplotlib import rc_context  # noqa: PLC0415 - an extra, and slow to import
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with (
        _drawing,
        rc_context({"font.family": FONT, "font.size": 11, "text.color": INK, "axes.edgecolor": FAINT}),
    ):
        figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained", h_pad=0.12)
        figure.suptitle(title, fontsize=10, fontweight="bold")
        draw(figure)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png")
    return drawn.getvalue()


def _draw_days(axes: "Axes", report: Report, words: Words) -> None:
    """Two columns a day."""
    for shift, counts, colour, key in (
        (-0.2, report.came_by_day, DARK, "report.came"),
        (0.2, report.decided_by_day, LIGHT, "report.decided"),
    ):
        places = [day + shift for day in range(len(counts))]
        columns = axes.bar(places, counts, width=0.38, color=colour, label=words.say(key))
        axes.bar_label(columns, [str(count) if count else "" for count in counts], fontsize=9)
    axes.set_xticks(range(len(report.came_by_day)), words.weekdays())
    axes.set_yticks([])
    axes.set_ylim(0, max(1, *report.came_by_day, *report.decided_by_day) * 1.25)
    axes.set_title(words.say("report.plot.days"), loc="left", fontsize=11)
    if not any((*report.came_by_day, *report.decided_by_day)):
        axes.text(0.5, 0.5, words.say("report.none"), ha="center", transform=axes.transAxes)
    axes.legend(loc="upper right", ncols=2, frameon=False, fontsize=10)
    clear(axes)


def _draw_waits(axes: "Axes", report: Report, words: Words) -> None:
    """A bar to the median and a thin line on to the longest, for each who held the ball."""
    # the last is drawn on top
    holders = (BallHolder.USHER, BallHolder.CUSTOMER, BallHolder.SPONSOR, BallHolder.DESK)
    dwells = [report.this.dwells.get(holder) for holder in holders]
    longest = max((dwell.longest for dwell in dwells if dwell), default=_HOUR)
    unit = _DAY if longest > 2 * _DAY else _HOUR
    for place, dwell in enumerate(dwells):
        _draw_wait(axes, place, dwell, unit, words)
    axes.set_yticks(range(len(holders)), [words.say(f"report.holder.{holder}") for holder in holders])
    axes.set_ylim(-0.6, len(holders) - 0.2)
    axes.set_xlim(0, max(longest / unit, 0.1) * 1.05)
    axes.set_xlabel(words.say("report.plot.days_unit" if unit is _DAY else "report.plot.hours_unit"))
    axes.set_title(words.say("report.plot.waits"), loc="left", fontsize=11)
    axes.tick_params(axis="x", labelsize=9)
    axes.tick_params(axis="y", pad=8)
    if not any(dwells):
        axes.set_xticks([])
    clear(axes)


def _draw_wait(axes: "Axes", place: int, dwell: Dwell | None, unit: timedelta, words: Words) -> None:
    if dwell is None:
        axes.text(0, place + 0.27, words.say("report.none"), va="bottom", fontsize=9)
        return
    median, longest = dwell.median / unit, dwell.longest / unit
    axes.plot([0, longest], [place, place], color=LIGHT, linewidth=2, zorder=1)
    axes.plot([longest], [place], color=LIGHT, marker="D", markersize=6, zorder=2, clip_on=False)
    axes.barh([place], [median], height=0.42, color=DARK, zorder=3)
    label = words.say(
        "report.plot.wait", median=span(dwell.median, words), longest=span(dwell.longest, words)
    )
    axes.text(0, place + 0.27, label, va="bottom", fontsize=9)


def _week_name(place: int, one: WeekAhead, words: Words) -> str:
    """Every third has its Monday below it: there is no room for more."""
    return "" if place % 3 else words.short_date(one.week.monday)


def _draw_ahead(axes: "Axes", report: Report, words: Words) -> None:
    """A column a week: warnings below, accounts that expire on top of them."""
    places = range(len(report.ahead))
    expire = [one.mails[Stage.EXPIRED] for one in report.ahead]
    warned = [sum(one.mails.values()) - ends for one, ends in zip(report.ahead, expire, strict=True)]
    axes.bar(places, warned, width=0.7, color=DARK, label=words.say("report.plot.warned"))
    axes.bar(places, expire, bottom=warned, width=0.7, color=LIGHT, label=words.say("report.plot.expire"))
    most = max(1, *(below + above for below, above in zip(warned, expire, strict=True)))
    axes.set_xticks(places, [_week_name(place, one, words) for place, one in enumerate(report.ahead)])
    axes.set_yticks([most], [words.number(most)])
    axes.set_ylim(0, most * 1.6)
    axes.set_title(words.say("report.plot.ahead"), loc="left", fontsize=11)
    axes.tick_params(labelsize=9)
    axes.legend(loc="upper right", ncols=2, frameon=False, fontsize=10)
    clear(axes)


def clear(axes: Any) -> None:  # noqa: ANN401 - matplotlib is an extra
    """Without lines around it."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
