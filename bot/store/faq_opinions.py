"""What was thought of articles: one opinion a question and article, and many of nobody known."""

from collections import Counter
from datetime import datetime

from sqlite_utils import Database

from bot.domain.faq_opinions import Opinion, Unhelpful, Why
from bot.store.database import count, rows, text_of


def make_tables(db: Database) -> None:
    db.executescript("""
        create table faq_opinions (
            id integer primary key,
            topic text not null,
            lang text not null,
            helped integer not null,
            why text not null,
            conversation_id integer references conversations (id) on delete cascade,
            at text not null
        );
        create unique index one_opinion_a_question on faq_opinions (conversation_id, topic);
        create index opinions_by_time on faq_opinions (at);
    """)


def put(db: Database, opinion: Opinion, *, now: datetime) -> None:
    """Of a question the newest counts; a reason that is not given keeps the one that was."""
    sql = """insert into faq_opinions (topic, lang, helped, why, conversation_id, at)
             values (:topic, :lang, :helped, :why, :conversation_id, :now)
             on conflict (conversation_id, topic) do update set helped = :helped, at = :now,
               why = case when :helped = helped and :why = '' then why else :why end"""
    values = {
        "topic": opinion.topic,
        "lang": opinion.lang,
        "helped": int(opinion.helped),
        "why": str(opinion.why or ""),
        "conversation_id": opinion.conversation_id or None,
        "now": text_of(now),
    }
    count(db, sql, values)


def list_unhelpful(db: Database, *, since: datetime) -> list[Unhelpful]:
    """Articles that did not help somebody since then, the worst first."""
    sql = "select topic, lang, helped, why from faq_opinions where at >= :since"
    found = rows(db, sql, {"since": text_of(since)})
    no, yes = (
        Counter((one["topic"], one["lang"]) for one in found if one["helped"] == is_yes) for is_yes in (0, 1)
    )
    return [
        Unhelpful(
            topic=topic, lang=lang, not_helped=many, helped=yes[topic, lang], why=_reasons(found, topic, lang)
        )
        for (topic, lang), many in no.most_common()
    ]


def _reasons(found: list[dict[str, object]], topic: str, lang: str) -> tuple[tuple[Why, int], ...]:
    given = (str(one["why"]) for one in found if (one["topic"], one["lang"]) == (topic, lang) and one["why"])
    return tuple((Why(why), many) for why, many in Counter(given).most_common())
