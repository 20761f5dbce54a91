"""Jobs of the outbox that stand for nothing in particular."""

from dataclasses import replace

from bot.domain.outbox import JobKind, NewJob


def a_new_job(
    key: str = "job-1", *, kind: JobKind = JobKind.NOTE, stream: str = "", **more: object
) -> NewJob:
    plain = NewJob(key=key, kind=kind, stream=stream or key, template="trouble_note", values={})
    return replace(plain, **more)  # type: ignore[arg-type]
