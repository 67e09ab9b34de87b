"""Database errors as problems, mapped completely by SQLSTATE: no caller ever meets an exception's text."""

from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.problems import Conflict, Duplicate, Invalid, Problem, Unavailable

_AGAIN_CLASSES = ("08", "53", "57", "58", "XX")
RETRYABLE = frozenset({"40001", "40P01"})
# Another transaction may take a right away between two statements of one; begun again, the request is told so properly.
RUN_AGAIN = RETRYABLE | {"42501"}


def sqlstate(error: BaseException) -> str:
    original = getattr(error, "orig", error)
    return getattr(original, "sqlstate", None) or ""


def constraint(error: BaseException) -> str:
    """The name of the constraint that a statement broke, or an empty string."""
    original = getattr(error, "orig", error)
    return original.diag.constraint_name or "" if isinstance(original, pg.Error) else ""


def as_problem(error: BaseException) -> Problem | None:
    """The problem a database error means to a caller; None where it is a fault of ours."""
    if isinstance(error, PoolTimeout | OSError | InterfaceError | pg.OperationalError):
        return Unavailable()
    if not isinstance(error, DBAPIError | pg.Error):
        return None
    state = sqlstate(error)
    if state in RETRYABLE or state == "55P03" or state[:2] in _AGAIN_CLASSES or not state:
        return Unavailable()
    if state == "23505":
        return Duplicate()
    if state in ("23503", "23P01"):
        return Conflict()
    if state in ("22P05", "22021"):
        return Invalid([], "A text holds a character that cannot be stored.")
    return None
