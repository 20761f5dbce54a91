"""For operators and their monitors, on OPS_BIND only: is it alive, is it ready, and the figures.

`/healthz` says that the process answers. `/readyz` says how each part is, in a sentence, as text or (with
`Accept: application/json`) as JSON, and answers 503 while any part is unwell. `/metrics` has, for Prometheus:

- `usher_mails{status}`: mails in the ledger by status
- `usher_jobs{status}`: jobs in the outbox by status
- `usher_cases{status}`: cases by status
- `usher_oldest_queued_job_age_seconds`: how long the oldest queued job has waited; 0 when none does
- `usher_last_mail_age_seconds`: how long ago the newest mail came; missing before the first one
- `usher_alarms`: alarms of which staff were told and that are not over
- `usher_swept_rows{data}`: what the newest night let go of each class of data
- `usher_last_sweep_age_seconds`: how long ago that was; missing before the first night
- `usher_part_well{part}`: 1 when that part of the service is well, else 0
- `usher_process_start_time_seconds`: when this process built its pages, in seconds of the epoch

While the database cannot be read, the figures that come from it are left out and
`usher_part_well{part="database"}` is 0.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from time import monotonic

import structlog
from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from werkzeug.exceptions import HTTPException

from bot.bootstrap import Bot
from bot.domain.health import Part
from bot.services import upkeep
from handlers.portal.security import HEADERS, with_headers

log = structlog.get_logger("ops")

TEXT = "text/plain; charset=utf-8"
BY_STATUS = (
    ("usher_mails", "Mails in the ledger", "mails"),
    ("usher_jobs", "Jobs in the outbox", "jobs"),
    ("usher_cases", "Cases", "cases"),
)


def build(bot: Bot) -> Flask:
    """The operators' app; it belongs on loopback or a private network."""
    app = Flask("usher-ops", static_folder=None)
    registry = CollectorRegistry()
    registry.register(Figures(bot))
    app.add_url_rule("/healthz", "healthz", say_alive)
    app.add_url_rule("/readyz", "readyz", partial(say_ready, bot=bot))
    app.add_url_rule("/metrics", "metrics", partial(say_figures, registry=registry))
    app.register_error_handler(HTTPException, say_error)
    app.after_request(with_headers(HEADERS))
    return app


def say_alive() -> Response:
    return Response("alive\n", content_type=TEXT)


def say_ready(*, bot: Bot) -> Response:
    bot.look_at_database()
    bot.health.look(at=monotonic(), now=bot.clock.now())
    parts = bot.health.parts()
    well = all(part.well for part in parts)
    if request.accept_mimetypes.best_match(("text/plain", "application/json")) == "application/json":
        answer = jsonify(well=well, parts=[_as_json(part) for part in parts])
    else:
        answer = Response("".join(map(_as_line, parts)), content_type=TEXT)
    answer.status_code = 200 if well else 503
    return answer


def say_figures(*, registry: CollectorRegistry) -> Response:
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """Reads the figures when they are asked for; nothing is counted twice."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._started = bot.clock.now()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if self._bot.look_at_database():
            yield from self._from_store()
        wells = GaugeMetricFamily("usher_part_well", "1 when that part is well, else 0", labels=["part"])
        for part in self._bot.health.parts():
            wells.add_metric([part.name], float(part.well))
        yield wells
        start = GaugeMetricFamily(
            "usher_process_start_time_seconds", "When this process started", self._started.timestamp()
        )
        yield start

    def _from_store(self) -> Iterator[GaugeMetricFamily]:
        with self._bot.connect() as db:
            figures = upkeep.figures(db, now=self._bot.clock.now())
        for name, text, kind in BY_STATUS:
            family = GaugeMetricFamily(name, f"{text}, by status", labels=["status"])
            for status, many in getattr(figures, kind).items():
                family.add_metric([status], many)
            yield family
        oldest, last = figures.oldest_queued_at, figures.last_mail_at
        age = self._age(oldest) if oldest else 0.0
        yield GaugeMetricFamily("usher_oldest_queued_job_age_seconds", "Wait of the oldest queued job", age)
        if last:
            age = self._age(last)
            yield GaugeMetricFamily("usher_last_mail_age_seconds", "Time since the newest mail came", age)
        yield GaugeMetricFamily("usher_alarms", "Alarms that are not over", figures.open_alarms)

        swept = GaugeMetricFamily("usher_swept_rows", "Rows that the newest night let go", labels=["data"])
        for one in figures.swept:
            swept.add_metric([one.data], one.many)
        yield swept
        if figures.swept:
            age = self._age(max(one.at for one in figures.swept))
            yield GaugeMetricFamily("usher_last_sweep_age_seconds", "Time since data was let go", age)

    def _age(self, since: datetime) -> float:
        return max((self._bot.clock.now() - since).total_seconds(), 0.0)


def say_error(exc: HTTPException) -> Response:
    """Plain text: monitors and operators read here, not customers."""
    answer = Response(f"{exc.code} {exc.name}\n", status=exc.code or 500, content_type=TEXT)
    if allowed := dict(exc.get_headers()).get("Allow"):
        answer.headers["Allow"] = allowed
    return answer


def _as_line(part: Part) -> str:
    how = "well  " if part.well else "UNWELL"
    return f"{how} {part.name}: {_sentence(part)} (since {part.since:%Y-%m-%d %H:%M:%S} UTC)\n"


def _as_json(part: Part) -> dict[str, object]:
    sentence, since = _sentence(part), part.since.isoformat()
    return {"name": part.name, "well": part.well, "sentence": sentence, "since": since}


def _sentence(part: Part) -> str:
    tries = f"; the next try is at {part.tries_at:%H:%M:%S} UTC" if part.tries_at else ""
    return f"{part.sentence}{tries}"
