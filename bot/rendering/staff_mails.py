"""Mails to the desk's own people: a builder for each, which takes values for the outbox."""

from datetime import datetime

from bot.policy import Policy
from bot.rendering.case_facts import Values
from bot.rendering.words import words


def enrolment(*, lang: str, policy: Policy, until: datetime) -> Values:
    """To whoever typed `/usher enroll`; its secret is `enrolment_url`."""
    return _of_desk(lang, policy) | {"until": words(lang, policy.desk.zone).instant(until)}


def authenticator_reset(*, lang: str, policy: Policy, at: datetime) -> Values:
    """To whose authenticator two colleagues have taken away; names nobody, the desk's channel does."""
    return _of_desk(lang, policy) | {"at": words(lang, policy.desk.zone).instant(at)}


def _of_desk(lang: str, policy: Policy) -> Values:
    return {"lang": lang, "desk": policy.desk.name, "programme": policy.mag.name}
