"""What is true for somebody who asks, in one or two sentences each, for a mail, a message or a page."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain.diagnosis import Finding
from bot.domain.programmes import Programme
from bot.policy import Policy
from bot.rendering.words import Words, words

MOST_SAID = 3  #: before the answer itself; what keeps out most comes first


def paragraphs(findings: Sequence[Finding], *, lang: str, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Plain text, one a finding; nothing for whom nothing is known."""
    say = words(lang, policy.desk.zone)
    return tuple(_sentence(one, policy, say, now) for one in findings[:MOST_SAID])


def _sentence(found: Finding, policy: Policy, say: Words, now: datetime) -> str:
    programme = policy.of(found.programme)
    told = say.say(
        _key(found, say),
        support_desk=programme.support_desk,
        support_address=programme.support_address,
        programme=programme.name,
        at=say.instant(found.at) if found.at else "",
        until=say.instant(found.until) if found.until else "",
        at_time=say.time(found.at) if found.at else "",
        until_time=say.time(found.until) if found.until else "",
        ago=say.span(now - found.at) if found.at else "",
        day=say.date(found.day) if found.day else "",
        last=say.date(found.last) if found.last else "",
        count=found.days,
        name=found.name,
        mail=say.say(key) if (key := f"mail.{found.name}") in say else found.name,
    )
    return f"{told} {say.say(f'diagnosis.mended.{found.mend}')}" if found.mended else told


def _key(found: Finding, say: Words) -> str:
    return next(key for key in _keys(found) if key in say)


def _keys(found: Finding) -> Iterator[str]:
    """From the most to the least particular; the last is always there."""
    key = f"diagnosis.{found.cause}"
    if found.yours:
        yield f"{key}.yours"
    extranet = [f"{key}.extranet"] if found.programme is Programme.EXTRANET else []
    if found.at is None:
        yield from (f"{one}.undated" for one in (*extranet, key))
    yield from extranet
    yield key
