"""What the clock does every night: post the trail's head, look at who decides, let old data go."""

from datetime import datetime

import structlog
from sqlite_utils import Database

from bot.bootstrap import Bot
from bot.services import audit, groups, retention

log = structlog.get_logger("clock")


def post_head(db: Database, bot: Bot, day: str, now: datetime) -> None:  # noqa: ARG001 - every round has a bot
    """`day` is the desk's, and has one head."""
    audit.post_head(db, day=day, now=now)


def watch_groups(db: Database, bot: Bot, day: str, now: datetime) -> None:  # noqa: ARG001 - every round's
    groups.watch(db, bot.staff, bot.desk.policy.approvals.rules, now=now)


def sweep(db: Database, bot: Bot, day: str, now: datetime) -> None:
    """The log says how much went; a class of which much is left goes on the next night."""
    for one in retention.sweep(db, bot.desk, now=now):
        if one.many:
            log.info("data swept", night=day, data=str(one.data), rows=one.many, all_gone=one.all_gone)
