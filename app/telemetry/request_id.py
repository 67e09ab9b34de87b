"""The id of the request that is being served, for whoever writes a log line."""

import re
from contextvars import ContextVar
from uuid import uuid4

_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """None outside of a request."""
    return request_id.get()


def sane_or_new(offered: str | None) -> str:
    """The caller's own id when it is 1 to 64 harmless characters, otherwise a new one."""
    if offered is not None and _SANE.fullmatch(offered):
        return offered
    return str(uuid4())
