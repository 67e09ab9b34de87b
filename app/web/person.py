"""For whom a machine says that it acts."""

from fastapi import Request

from app.problems import BadRequest

HEADER = "On-Behalf-Of"


def on_behalf_of(request: Request) -> str | None:
    """The name or id that the audit keeps. Raises BadRequest."""
    value = request.headers.get(HEADER)
    if value is not None and not (1 <= len(value) <= 200 and value.isprintable()):
        raise BadRequest(f"`{HEADER}` takes 1 to 200 printable characters.")
    return value
