"""Carry a text to a phone: once, and only while the code in it can still be entered."""

from datetime import datetime

from bot.domain.outbox import Job, JobStatus
from bot.ports import Texter
from bot.rendering.words import words
from bot.services.desk import Desk
from bot.services.outbox import Outcome


def send(desk: Desk, texter: Texter, job: Job, now: datetime) -> Outcome:
    """A code that has ended while its text waited is not sent any more, nor one that was wiped since."""
    digits = job.secrets.get("digits")
    if not digits or now >= datetime.fromisoformat(job.values["until"]):
        return Outcome(status=JobStatus.REPLACED, error="its code has ended")
    say = words(job.values["lang"], desk.policy.desk.zone)
    text = say.say("text.phone_code", digits=digits, programme=desk.policy.mag.name)
    texter.send(job.recipient, text, key=job.key)
    return Outcome(status=JobStatus.SENT)
