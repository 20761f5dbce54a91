"""Carry a text to a phone: once, and only while what it says is of use."""

from datetime import datetime

from bot.domain.outbox import Job, JobStatus
from bot.ports import Texter
from bot.rendering.words import words
from bot.services.desk import Desk
from bot.services.outbox import Outcome


def send(desk: Desk, texter: Texter, job: Job, now: datetime) -> Outcome:
    """What has ended while its text waited is not sent any more, nor what was wiped since."""
    wiped = any(name not in job.secrets for name in job.values.get("needs", ["digits"]))
    until = datetime.fromisoformat(job.values["until"])
    if wiped or now >= until:
        return Outcome(status=JobStatus.REPLACED, error="its time has ended")
    say = words(job.values["lang"], desk.policy.desk.zone)
    words_of = {**job.values.get("words", {}), **job.secrets}
    minutes, seconds = divmod(int((until - now).total_seconds()), 60)
    left = f"{minutes}:{seconds:02}"  # a code that is repeated has less than a new one
    text = say.say(f"text.{job.template}", programme=desk.policy.mag.name, left=left, **words_of)
    texter.send(job.recipient, text, key=job.key)
    return Outcome(status=JobStatus.SENT)
