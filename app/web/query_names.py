"""The query parameters that an operation takes; whatever else is in a query is refused, not ignored.

A filter that is misspelt, or has no such name here, would otherwise answer with everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from pydantic import TypeAdapter

from app.problems import Invalid, ParameterError

_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class QueryNames:
    """`lists` are those of `known` that a query may have more than once."""

    known: frozenset[str]
    lists: frozenset[str]

    @classmethod
    def of(cls, dependant: Dependant) -> "QueryNames":
        fields = list(_fields(dependant))
        lists = (field.alias for field in fields if _is_array(field.field_info.annotation))
        return cls(frozenset(field.alias for field in fields), frozenset(lists))

    def check(self, request: Request) -> None:
        """Raises Invalid for a parameter that is unknown, or that is there more than once and is no list."""
        if not request.url.query:
            return
        names = [name for name, _ in request.query_params.multi_items()]
        faults = [ParameterError(name, *_UNKNOWN) for name in dict.fromkeys(names) if name not in self.known]
        faults += [
            ParameterError(name, *_REPEATED) for name in sorted(self.known - self.lists) if names.count(name) > 1
        ]
        if faults:
            raise Invalid(faults[:_MOST_NAMED])


_UNKNOWN = ("unknown_parameter", "There is no parameter of this name here.")
_REPEATED = ("parameter_repeated", "Give this parameter once.")


def _fields(dependant: Dependant) -> Iterator[ModelField]:
    """The operation's own and those of what it depends on (pages)."""
    yield from dependant.query_params
    for each in dependant.dependencies:
        yield from _fields(each)


def _is_array(annotation: Any) -> bool:
    schema = TypeAdapter(annotation).json_schema()
    return any(each.get("type") == "array" for each in (schema, *schema.get("anyOf", ())))
