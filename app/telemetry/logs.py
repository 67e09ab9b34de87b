"""Logging: one JSON object a line, ours and the libraries' alike, and no value of anybody's data in it.

An exception is told by its class and by where it happened. Its text is left out, because a database's
complaint quotes the row it complains of.
"""

import logging
import re
import sys
from types import TracebackType
from typing import TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from app.telemetry.request_id import current_request_id

_QUIET = ("httpx", "httpcore", "asyncio", "sqlalchemy", "psycopg")
_MOST_FRAMES = 40
_SECRETS = re.compile(
    r"\bwhsec_[\w+/=]+|\baps?_(?:live|test)_\w+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|://[^/\s@]+@|\b[A-Z][0-9]{11}[0-9A-Z]\b"
)


def configure_logging(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Safe to call twice. Run uvicorn with `log_config=None` and `access_log=False`."""
    out = sys.stdout if stream is None else stream
    ours: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        with_request_id,
        without_values,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*ours, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *ours, scrubbed],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        server = logging.getLogger(name)
        server.handlers = []
        server.propagate = True
    access = logging.getLogger("uvicorn.access")
    access.handlers = []
    access.propagate = False
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.root.level))


def with_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if event.get("request_id") is None:
        event["request_id"] = current_request_id()
    return event


def without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Puts classes and places in the stead of an exception and its text."""
    problem = event.pop("exc_info", None)
    if problem is True:
        problem = sys.exc_info()
    if isinstance(problem, tuple):
        problem = problem[1]
    if isinstance(problem, BaseException):
        event["raised"] = told_without_values(problem)
    event.pop("stack_info", None)
    return event


def scrubbed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A backstop for lines that libraries write: what looks like a key, a token, a password or a UPN is
    masked.
    """
    event["event"] = _SECRETS.sub("[removed]", str(event["event"]))
    return event


def told_without_values(problem: BaseException) -> list[dict[str, object]]:
    """An exception, its causes and its parts: by class and place, without any text."""
    told: list[dict[str, object]] = []
    seen: set[int] = set()
    following: BaseException | None = problem
    while following is not None and id(following) not in seen and len(told) < 10:
        seen.add(id(following))
        kind = type(following)
        told.append({"type": f"{kind.__module__}.{kind.__qualname__}", "frames": _frames(following.__traceback__)})
        inner = following.exceptions if isinstance(following, BaseExceptionGroup) else ()
        told.extend(part for one in inner[:5] if id(one) not in seen for part in told_without_values(one))
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return told


def _frames(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} in {code.co_name}")
        trace = trace.tb_next
    return frames[-_MOST_FRAMES:]
