"""Exceptions as problem documents. Installed once; routers and services only raise."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg import errors as pg
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from app.db.faults import as_problem
from app.problems import BadRequest, FieldError, Invalid, MethodNotAllowed, NotFound, ParameterError, Problem
from app.schemas.field_faults import fault_of
from app.web.problem_response import problem_response

_MOST_ERRORS = 100
_NO_BODY = "A JSON body is required."
_PLUS_IN_AN_ADDRESS = "In an address a `+` is written %2B, or the instant with `Z`."
_BY_STATUS: dict[int, type[Problem]] = {404: NotFound, 405: MethodNotAllowed}


def install_failures(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (SQLAlchemyError, pg.Error, OSError):
        app.add_exception_handler(kind, _database)


def answer(request: Request, problem: Problem) -> Response:
    return problem_response(
        problem.status,
        problem.slug,
        problem.title,
        problem.detail,
        getattr(request.state, "request_id", None),
        request.url.path,
        problem.headers,
        **problem.members,
    )


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(request, error)


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(request, Invalid(field_errors(error.errors())))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = _BY_STATUS.get(error.status_code, BadRequest)
    nowhere = "There is no such address; /docs lists them." if problem is NotFound else None
    return answer(request, problem(nowhere))


async def _database(request: Request, error: Exception) -> Response:
    problem = as_problem(error)
    if problem is None:
        raise error
    return answer(request, problem)


def field_errors(errors: Sequence[Any]) -> list[FieldError | ParameterError]:
    """The framework's errors as ours: where, a stable code, a sentence; never the value that was sent."""
    return [_field_error(error) for error in errors[:_MOST_ERRORS]]


def _field_error(error: Mapping[str, Any]) -> FieldError | ParameterError:
    place, *rest = error["loc"] or ("body",)
    code, detail = fault_of(error)
    if place == "body":
        pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in rest)
        return FieldError(pointer, code, _NO_BODY if not rest and code == "required" else detail)
    if place == "query" and code == "instant_expected":
        detail = f"{detail} {_PLUS_IN_AN_ADDRESS}"
    return ParameterError(str(rest[0]) if rest else str(place), code, detail)
