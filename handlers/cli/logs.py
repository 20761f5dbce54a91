"""Logs: pretty on a terminal, JSON otherwise; one line a piece of work, and nobody's address, link or key."""

import logging
import os
import re
import sys
import threading
from collections.abc import Mapping, Sequence

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: the same cut as in what adapters say of failures: the first letter and the domain stay
_LOCAL_PART = re.compile(r"([^\s<>@\"'(),:;=/\[\]{}]{1,64})@(?=[A-Za-z0-9\[])")
#: a link's path and query are what makes it a secret; so is the ticket in a WebSocket's address
_LINK = re.compile(r"\b((?:https?|wss?)://[^\s/?#\"'<>]+)[/?#][^\s\"'<>]*")
_PATH_TOKEN = re.compile(
    r"(/(?:status|register|activate|invite|prolong|enroll|password|email|join|phone-reset"
    r"|faq/answer)/)[\w.~/-]+"
)
_WORTH_A_LOOK = re.compile("[@/]|xox|xapp")  # one quick search instead of four
_SLACK_TOKEN = re.compile(r"\b(xox[a-z]|xapp)-[\w-]+")


def configure(*, level: int = logging.INFO) -> None:
    """Send structlog and the libraries' logging to stderr."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # As text and before `redact`: the console's own traceback would show every local variable.
    tail: list[Processor] = [structlog.processors.format_exc_info, redact, _last()]
    structlog.configure(
        processors=[*shared, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    handler.addFilter(is_worth_a_line)
    threading.excepthook = _on_thread_exception


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Bolt warns that it ignores the token in the environment, and of events that nobody asked for."""
    return record.levelno >= logging.ERROR or not record.name.startswith("slack_bolt")


def _last() -> Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(colors="NO_COLOR" not in os.environ)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _on_thread_exception(raised: threading.ExceptHookArgs) -> None:
    name = raised.thread.name if raised.thread else ""
    log = structlog.get_logger("thread")
    log.error("a thread raised", thread=name, exc_info=raised.exc_value or raised.exc_type)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor: cut addresses, links and tokens out of every value."""
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return _redacted_text(value)
    if isinstance(value, Mapping):
        return {name: _redacted(inner) for name, inner in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray):
        return [_redacted(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _redacted_text(str(value))


def _redacted_text(text: str) -> str:
    if not _WORTH_A_LOOK.search(text):
        return text
    text = _LINK.sub(r"\1/…", text)
    text = _PATH_TOKEN.sub(r"\1…", text)
    text = _SLACK_TOKEN.sub(r"\1-…", text)
    return _LOCAL_PART.sub(lambda found: f"{found[1][0]}…@", text)
