"""How far a decision is: decided, executing, done or failed, each said only once it is so."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.approvals import Approval, CaseDecision, Choice, Phase
from bot.domain.bounces import Returned, reason_of
from bot.domain.cards import CaseCard, Effect
from bot.domain.cases import Case, CaseStatus
from bot.domain.letters import STANDINGS
from bot.domain.outbox import JobStatus
from bot.rendering import blocks
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

MOST_EFFECTS = 10
MOST_AGAIN = 3  #: buttons for mails that failed
MOST_DECIDERS = 6

_EFFECT_SIGNS = {
    JobStatus.QUEUED: "○",
    JobStatus.HELD: "⏸",
    JobStatus.SENDING: "◔",
    JobStatus.SENT: "✓",
    JobStatus.FAILED: "✗",
    JobStatus.UNKNOWN: "?",
    JobStatus.REPLACED: "·",
    JobStatus.DISCARDED: "·",
    JobStatus.TOLD: "✓",
}


def decision(card: CaseCard, words: Words) -> list[Block]:
    made = card.case.decision
    if made is None:
        return []
    verdict = blocks.section(
        "\n".join([_verdict(made, words), *_others(card, made, words), *_why(made, words)])
    )
    if made.phase is Phase.DECIDED and not card.effects:
        return [verdict]
    lines = [_effect(effect, words, since=made.at) for effect in card.effects]
    heading = _progress(made, card.effects, words)
    return [verdict, blocks.listing(heading, lines, words, shown=MOST_EFFECTS, of=len(lines))]


def _others(card: CaseCard, made: CaseDecision, words: Words) -> Iterable[str]:
    """Whose yes came first, and whose right it was where somebody decided in another's place."""
    if made.choice is Choice.APPROVED:
        told = (one for one in card.given if one.by != made.by or one.right_of != one.by)
        yield from (_approval(one, words) for one in told)


def approvals(card: CaseCard, words: Words) -> list[Block]:
    """Who has said yes so far, why that is not enough, and who may still decide."""
    if card.case.status is not CaseStatus.IN_REVIEW or card.case.decision is not None:
        return []
    lines = []
    if card.why_second:
        reasons = ", ".join(words.name(reason) for reason in card.why_second)
        lines.append(words.say("card.second", given=len(card.given), reasons=reasons))
    lines.extend(_approval(one, words) for one in card.given)
    if card.why_code:
        lines.append(words.say("card.grave"))
    if card.deciders:
        names = ", ".join(safe(name, 40) for name in card.deciders[:MOST_DECIDERS])
        more = len(card.deciders) - MOST_DECIDERS
        names += " " + words.say("card.deciders.more", number=more) if more > 0 else ""
        lines.append(words.say("card.deciders", names=names))
    return [blocks.section("\n".join(lines))] if lines else []


def _approval(given: Approval, words: Words) -> str:
    who, at = words.person(given.by, slack=True), words.moment(given.at)
    if given.right_of == given.by:
        return words.say("card.approval", who=who, at=at)
    return words.say("card.approval.deputy", who=who, at=at, of=words.person(given.right_of, slack=True))


def returned(card: CaseCard, words: Words) -> list[Block]:
    """Mails about a case that did not arrive, beyond those of its decision."""
    if not card.returned:
        return []
    lines = [_effect(effect, words) for effect in card.returned]
    return [blocks.listing(words.say("card.returned"), lines, words, shown=MOST_EFFECTS, of=len(lines))]


#: what staff may do about a decision's mail that did not go, by its state
_LOST = {
    JobStatus.FAILED: ("retry", "told"),
    JobStatus.DISCARDED: ("anew", "told"),
    JobStatus.UNKNOWN: ("told",),
}
_CAME_BACK = _LOST[JobStatus.DISCARDED]


def again(card: CaseCard, words: Words) -> list[Block]:
    """A row of buttons for each mail that failed, and for one of the decision that reached nobody.

    So for one that says how the case stands. A row each: an `action_id` is unique within one.
    """
    ways = {one.id: (one, _ways_of(one)) for one in card.effects if not one.anew}
    ways |= {one.id: (one, _ways_of_other(card, one)) for one in card.returned if not one.anew}
    kept = ((one, [name for name in names if one.kept or name != "anew"]) for one, names in ways.values())
    lost = [(one, names) for one, names in kept if one.id and names][:MOST_AGAIN]
    return [blocks.actions(*(_way(one, name, words) for name in names)) for one, names in lost]


def _ways_of_other(card: CaseCard, effect: Effect) -> tuple[str, ...]:
    lost = effect.state is JobStatus.DISCARDED or _came_back(effect)
    if lost and STANDINGS.get(effect.template) is card.case.status:
        return ("anew",)
    return ("retry",) if effect.state is JobStatus.FAILED else ()


def _ways_of(effect: Effect) -> tuple[str, ...]:
    return _CAME_BACK if _came_back(effect) else _LOST.get(effect.state, ())


def _came_back(effect: Effect) -> bool:
    return effect.came_back and effect.state is JobStatus.SENT


def _way(effect: Effect, name: str, words: Words) -> Block:
    key = "mail.again" if name == "retry" else f"mail.{name}"
    label = words.say(key, mail=_mail(effect, words))
    button = blocks.button(label[:75], action=f"mail_{name}", value=str(effect.id))
    if name != "told":
        return button
    ask = words.say("mail.told.ask", mail=_mail(effect, words))
    title, yes = words.say("mail.told.title"), words.say("mail.told.yes")
    return button | blocks.asked_first(title, ask, yes=yes, words=words)


def voided(case: Case, words: Words) -> list[Block]:
    """Decisions that were taken back: who had decided, who took it back, and why."""
    lines = []
    for decision in case.voided:
        if (end := decision.voided) is None:
            continue
        by = words.person(end.by, slack=True) if end.by != "usher" else words.say("card.voided.usher")
        why = words.say(f"card.voided.{end.why}", by=by, at=words.moment(end.at))
        note = f" · {safe(end.note, 200)}" if end.note else ""
        lines.append(f"{_verdict(decision, words)} · {why}{note}")
    return [blocks.context(*lines[-MOST_EFFECTS:])] if lines else []


def _verdict(decision: CaseDecision, words: Words) -> str:
    key = "card.decided.approved" if decision.choice is Choice.APPROVED else "card.decided.rejected"
    who = words.person(decision.by, slack=True)
    return words.say(key, who=who, at=words.moment(decision.at))


def _why(decision: CaseDecision, words: Words) -> Iterable[str]:
    if decision.reason:
        yield words.say("card.reason", reason=words.rejection(decision.reason))
    if decision.note:
        yield words.say("card.note", note=safe(decision.note, 500))


def _progress(made: CaseDecision, effects: Sequence[Effect], words: Words) -> str:
    """All three phases on one line: what is behind, where it stands, what is to come."""
    phase = made.phase
    last = Phase.FAILED if phase is Phase.FAILED else Phase.DONE
    road = (Phase.DECIDED, Phase.EXECUTING, last)
    here = road.index(phase)
    steps = [f"✓ {words.name(step)}" for step in road[:here]]
    steps.append(_standing(made, effects, words))
    steps.extend(f"○ {_name(step, effects, words)}" for step in road[here + 1 :])
    return " → ".join(steps)


def _name(phase: Phase, effects: Sequence[Effect], words: Words) -> str:
    """Where mails were all there was to do, more than that they went is not said: the steps go on."""
    return words.say("card.told") if phase is Phase.DONE and effects else words.name(phase)


def _standing(made: CaseDecision, effects: Sequence[Effect], words: Words) -> str:
    phase = made.phase
    name = f"*{_name(phase, effects, words)}*"
    if phase is Phase.FAILED:
        faults = [effect.error for effect in effects if effect.error]
        error = safe(words.fault(faults[0]), 200) if faults else words.say("card.phase.failed.unknown")
        return words.say("card.phase.failed", phase=name, error=error)
    if phase is not Phase.DONE:
        return f"◔ {name}" if phase is Phase.EXECUTING else f"✓ {name}"
    ends = [effect.at for effect in effects if effect.at]
    return f"✓ {name} · {_time(max(ends), made.at, words)}" if ends else f"✓ {name}"


def _time(at: datetime, since: datetime | None, words: Words) -> str:
    """To the second on the day that is named already; what waited for release may have gone on another."""
    named = since is not None and words.date(at) == words.date(since)
    return words.time(at, seconds=True) if named else words.moment(at)


def _effect(effect: Effect, words: Words, *, since: datetime | None = None) -> str:
    key, values = "card.effect", {"mail": safe(_mail(effect, words), 80), "state": words.name(effect.state)}
    if effect.error:
        key, values = "card.effect.error", values | {"error": safe(words.fault(effect.error), 200)}
    elif effect.at:
        key, values = "card.effect.at", values | {"at": _time(effect.at, since, words)}
    lines = [f"{_sign(effect)} {words.say(key, **values)}"]
    return "\n".join([*lines, *(_returned(one, words) for one in effect.returned)])


def _mail(effect: Effect, words: Words) -> str:
    named = f"mail.{effect.template}"
    return words.say(named) if named in words else effect.template


def _sign(effect: Effect) -> str:
    """That their server took a mail says little once it came back."""
    if not effect.returned:
        return _EFFECT_SIGNS[effect.state]
    return "✗" if any(one.gave_up for one in effect.returned) else "◔"


def _returned(returned: Returned, words: Words) -> str:
    """What became of it for one recipient, e.g. "bounced for anna@…: there is no such mailbox (5.1.1)"."""
    status = safe(returned.status, 20)
    reason = words.say(f"bounce.{reason_of(returned.status, returned.said)}")
    return "      ↩ " + words.say(
        "card.effect.bounced" if returned.gave_up else "card.effect.delayed",
        recipient=safe(returned.recipient, 120),
        reason=f"{reason} ({status})" if status else reason,
        at=words.moment(returned.at),
    )
