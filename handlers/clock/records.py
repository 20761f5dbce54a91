"""What the clock does every night for the records: post the trail's head, look at who decides."""

from datetime import datetime

from sqlite_utils import Database

from bot.bootstrap import Bot
from bot.services import audit, groups


def post_head(db: Database, bot: Bot, day: str, now: datetime) -> None:  # noqa: ARG001 - every round has a bot
    """`day` is the desk's, and has one head."""
    audit.post_head(db, day=day, now=now)


def watch_groups(db: Database, bot: Bot, day: str, now: datetime) -> None:  # noqa: ARG001 - every round's
    groups.watch(db, bot.staff, bot.desk.policy.approvals.rules, now=now)
