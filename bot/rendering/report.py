"""The report of a week in words; its picture is drawn in `plots`."""

from datetime import timedelta

from bot.domain.cases import BallHolder
from bot.domain.lifecycle import Stage
from bot.domain.report import Decisions, Dwell, Report, WeekAhead, WeekFigures
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

STEPS = ("came", "approved", "rejected", "withdrawn", "open", "questions")
MOST_DECIDERS = 20


def report_card(report: Report, *, with_picture: bool, words: Words) -> Card:
    """Every figure beside that of the week before; without a picture, how to get one."""
    title = report_title(report, words)
    foot = [words.say("report.how")]
    if report.until is not None:
        foot.insert(0, words.say("report.so_far", until=words.moment(report.until)))
    if not with_picture:
        foot.append(words.say("report.no_picture"))
    shown: list[Block] = [
        blocks.header(title),
        blocks.fields([_step(name, report, words) for name in STEPS]),
        blocks.section(_dwells(report, words)),
        blocks.section(_deciders(report.deciders, words)),
        blocks.section(_mails(report, words)),
        *([blocks.section(_ahead(report.ahead, words))] if report.ahead else []),
        blocks.context(*foot),
    ]
    return Card(text=title, blocks=shown)


def report_title(report: Report, words: Words) -> str:
    week = report.week
    return words.say(
        "report.title", week=week.name, monday=words.date(week.monday), sunday=words.date(week.sunday)
    )


def _step(name: str, report: Report, words: Words) -> str:
    this, before = getattr(report.this, name), getattr(report.before, name)
    open_now = name == "open" and report.until is not None
    label = words.say("report.open_now" if open_now else f"report.{name}")
    return words.say("report.figure", label=label, this=words.number(this), before=words.number(before))


def _dwells(report: Report, words: Words) -> str:
    lines = [words.say("report.dwells")]
    lines += [
        _dwell(holder, report.this.dwells.get(holder), report.before.dwells.get(holder), words)
        for holder in (BallHolder.DESK, BallHolder.SPONSOR, BallHolder.CUSTOMER, BallHolder.USHER)
    ]
    return "\n".join(lines)


def _dwell(holder: BallHolder, this: Dwell | None, before: Dwell | None, words: Words) -> str:
    name = words.say(f"report.holder.{holder}")
    earlier = words.say("report.dwell.before", median=span(before.median, words)) if before else ""
    if this is None:
        return words.say("report.dwell.none", holder=name) + earlier
    said = {"median": span(this.median, words), "longest": span(this.longest, words)}
    return words.say("report.dwell", holder=name, count=this.turns, **said) + earlier


def span(time: timedelta, words: Words) -> str:
    """In plain hours or days; what is nothing to a person is less than a minute."""
    return words.say("report.moment") if time < timedelta(minutes=1) else words.span(time)


def _deciders(deciders: tuple[Decisions, ...], words: Words) -> str:
    if not deciders:
        return f"{words.say('report.deciders')}\n{words.say('report.nobody')}"
    lines = [words.say("report.deciders"), *(_decider(one, words) for one in deciders[:MOST_DECIDERS])]
    if (more := len(deciders) - MOST_DECIDERS) > 0:
        lines.append(words.say("card.more", number=more))
    return "\n".join(lines)


def _decider(one: Decisions, words: Words) -> str:
    counts = {"approved": one.approved, "rejected": one.rejected, "first": one.first}
    said = [words.say(f"report.decided.{name}", count=count) for name, count in counts.items() if count]
    return words.say("report.decider", who=safe(words.person(one.by), 80), what=", ".join(said))


def _mails(report: Report, words: Words) -> str:
    this, before = report.this, report.before
    lines = [
        words.say("report.mails"),
        words.say(
            "report.mails_in",
            this=words.number(this.all_mails_in),
            before=words.number(before.all_mails_in),
            kinds=_kinds(this, words) or words.say("report.none"),
        ),
        words.say(
            "report.mails_out", this=words.number(this.mails_out), before=words.number(before.mails_out)
        ),
    ]
    return "\n".join(lines)


def _kinds(figures: WeekFigures, words: Words) -> str:
    said = []
    for kind, number in figures.mails_in.items():
        key = f"mail_kind.{kind}"
        name = words.say(key) if key in words else safe(kind)
        said.append(words.say("report.kind", number=words.number(number), kind=name))
    return ", ".join(said)


def _ahead(ahead: tuple[WeekAhead, ...], words: Words) -> str:
    """A table of the weeks that bring something, in signs of the same width."""
    headings = [words.say("report.ahead.week"), *(words.say(f"report.ahead.{stage}") for stage in Stage)]
    lines = [headings]
    lines += [
        [words.date(one.week.monday), *(words.number(one.mails[stage]) for stage in Stage)]
        for one in ahead
        if any(one.mails.values())
    ]
    if len(lines) == 1:
        return f"{words.say('report.ahead')}\n{words.say('report.ahead.none')}"
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    table = [
        "  ".join(
            [
                line[0].ljust(widths[0]),
                *(cell.rjust(wide) for cell, wide in zip(line[1:], widths[1:], strict=True)),
            ]
        )
        for line in lines
    ]
    return "\n".join([words.say("report.ahead"), "```", *table, "```"])


def picture_alt(report: Report, words: Words) -> str:
    """What the picture shows, for whoever hears it."""
    return words.say(
        "report.alt", week=report.week.name, came=sum(report.came_by_day), decided=sum(report.decided_by_day)
    )


def sent_card(*, trouble: str = "", words: Words) -> Card:
    """Where the report is; `trouble`: why its picture is not."""
    text = words.say("report.sent")
    if trouble:
        text += " " + words.say("report.picture_lost", reason=safe(trouble, 300))
    return Card(text=text, blocks=[blocks.section(text)])
