"""How good readings of labelled messages were: right, wrong, abstained, and whether to believe the score."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.faq import Bin, QuestionReading, Reaction

BINS = 10


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A message, and the topic that a person gave it; None for one that no article answers."""

    id: str
    text: str
    topic: str | None
    lang: str = ""
    channel: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Of one group of messages; each share is of the messages named, 0.0 where there are none."""

    group: str
    messages: int
    in_scope: int
    right_first: float  #: of those in scope
    among_three: float
    answered_right: float
    wrong_shown: float  #: answers that were wrong, of all messages
    abstained: float  #: of all messages: three offered, or a person
    offered: float
    out_of_scope_answered: float  #: of those out of scope
    adversarial_answered: int
    brier: float  #: mean squared error of the score
    ece: float  #: mean distance of score and share, over the bins
    bins: tuple[Bin, ...]


Pair = tuple[Labelled, QuestionReading]


def measure(pairs: Sequence[Pair]) -> list[Scores]:
    """All of them, then each language and each channel that the labels name."""
    groups: dict[str, list[Pair]] = {"all": list(pairs)}
    for pair in pairs:
        for name, value in (("lang", pair[0].lang), ("channel", pair[0].channel)):
            if value:
                groups.setdefault(f"{name}:{value}", []).append(pair)
    names = sorted(groups, key=lambda name: (name != "all", not name.startswith("lang"), name))
    return [_scores(name, groups[name]) for name in names]


def _scores(group: str, pairs: Sequence[Pair]) -> Scores:
    inside = [pair for pair in pairs if pair[0].topic is not None]
    outside = [pair for pair in pairs if pair[0].topic is None]
    bins = _bins(pairs)
    return Scores(
        group=group,
        messages=len(pairs),
        in_scope=len(inside),
        right_first=_share(map(_is_right, inside)),
        among_three=_share(
            label.topic in {one.topic for one in reading.candidates} for label, reading in inside
        ),
        answered_right=_share(reading.topic == label.topic for label, reading in inside),
        wrong_shown=_share(reading.topic not in (None, label.topic) for label, reading in pairs),
        abstained=_share(reading.topic is None for _, reading in pairs),
        offered=_share(reading.reaction is Reaction.OFFER for _, reading in pairs),
        out_of_scope_answered=_share(reading.topic is not None for _, reading in outside),
        adversarial_answered=sum(
            reading.topic is not None for label, reading in pairs if "adv" in label.tags
        ),
        brier=_mean((reading.score - _is_right((label, reading))) ** 2 for label, reading in pairs),
        ece=sum(one.count * abs(one.score - one.right) for one in bins) / max(1, len(pairs)),
        bins=bins,
    )


def _is_right(pair: Pair) -> bool:
    label, reading = pair
    return bool(reading.candidates) and reading.candidates[0].topic == label.topic


def _bins(pairs: Sequence[Pair]) -> tuple[Bin, ...]:
    sorted_in: Mapping[int, list[Pair]] = {number: [] for number in range(BINS)}
    for pair in pairs:
        sorted_in[min(BINS - 1, int(pair[1].score * BINS))].append(pair)
    return tuple(
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            count=len(held),
            score=_mean(reading.score for _, reading in held),
            right=_share(map(_is_right, held)),
        )
        for number, held in sorted_in.items()
        if held
    )


def _share(found: Iterable[bool]) -> float:
    return _mean(map(float, found))


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
