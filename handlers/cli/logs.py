"""Logs: pretty on a terminal, JSON otherwise; one line a piece of work."""

import logging
import re
import sys

import structlog

_ADDRESS = re.compile(r"([^\s@<>\"'=:,;()\[\]])[^\s@<>\"'=:,;()\[\]]*@([\w.-]+)")


def shorten_addresses(
    _logger: object, _method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Leave the first letter and the domain of every address: servers like to repeat them in what they say."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _ADDRESS.sub(r"\1…@\2", value)
    return event


def configure(*, level: int = logging.INFO) -> None:
    """Send structlog and the libraries' logging to stderr."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    last: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    )
    tail = [shorten_addresses, last]
    # The console renders tracebacks itself; JSON wants them as text.
    if not terminal:
        tail.insert(0, structlog.processors.format_exc_info)
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
