"""Keyset pages: no offsets, no row skipped or repeated while others write.

A cursor is opaque and signed. It is bound to the organisation, the path and the filters it was made for; used
elsewhere it is refused, so that it can never widen what a caller sees.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from hmac import compare_digest
from typing import Annotated, Any, Generic, TypeVar, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Row, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations

from app.problems import Invalid, ParameterError
from app.schemas.wire import Read

R = TypeVar("R", bound=Read)
_SIGNATURE_BYTES = 16


class Page(Read, Generic[R]):
    """One page of a list. `next_cursor` is null on the last page."""

    items: Annotated[list[R], Field(max_length=200)]
    next_cursor: Annotated[str | None, Field(max_length=600)]


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a page ends."""

    next_cursor: str | None

    def holding(self, items: list[R]) -> Page[R]:
        return Page(items=items, next_cursor=self.next_cursor)


@dataclass(frozen=True, slots=True)
class Paging:
    """The page a caller asks for."""

    limit: int
    cursor: str | None
    request: Request
    response: Response

    async def rows(
        self, session: AsyncSession, statement: Select[Any], order: Sequence[SQLCoreOperations[Any]]
    ) -> "tuple[Sequence[Row[Any]], Cut]":
        """The rows of `statement` for this page, in the ascending order of `order`, whose last column must be unique.

        Columns of `order` must not be nullable: a null would hide its row from every page.
        """
        columns = cast(Sequence[ColumnElement[Any]], order)
        if self.cursor is not None:
            after = self.position([c.type.python_type for c in columns])
            statement = statement.where(tuple_(*columns) > tuple_(*after))
        keyed = statement.add_columns(*[c.label(f"page_key_{i}") for i, c in enumerate(columns)])
        found = (await session.execute(keyed.order_by(*columns).limit(self.limit + 1))).all()
        rows, more = found[: self.limit], len(found) > self.limit
        next_cursor = self.cursor_at(_keys(rows[-1], len(order))) if more else None
        if next_cursor is not None:
            self.link(next_cursor)
        return rows, Cut(next_cursor)

    def position(self, kinds: Sequence[type]) -> list[Any]:
        """The sort keys, of these types, that the cursor stands at; none without a cursor. Raises Invalid."""
        return [] if self.cursor is None else _decode(self.cursor, self._seal, kinds)

    def cursor_at(self, keys: Sequence[str]) -> str:
        """The cursor that stands behind the row with these sort keys."""
        return _encode(keys, self._seal)

    def link(self, next_cursor: str) -> None:
        """Tells the caller where the next page is."""
        query = [(k, v) for k, v in self.request.query_params.multi_items() if k != "cursor"]
        target = f"{self.request.url.path}?{urlencode([*query, ('cursor', next_cursor)])}"
        self.response.headers["Link"] = f'<{target}>; rel="next"'

    def _seal(self, payload: bytes) -> bytes:
        filters = sorted((k, v) for k, v in self.request.query_params.multi_items() if k not in ("cursor", "limit"))
        bound = json.dumps([str(self.request.state.caller.organisation_id), self.request.url.path, filters])
        key = self.request.app.state.cursor_key
        return blake2b(bound.encode() + b"\0" + payload, key=key, digest_size=_SIGNATURE_BYTES).digest()


async def _paging(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=200, description="How many items at most.")] = 50,
    cursor: Annotated[str | None, Query(max_length=600, description="`next_cursor` of the page before.")] = None,
) -> Paging:
    return Paging(limit, cursor, request, response)


Pages = Annotated[Paging, Depends(_paging)]


def _keys(row: Row[Any], count: int) -> list[str]:
    values = [row._mapping[f"page_key_{i}"] for i in range(count)]
    return [v.isoformat() if isinstance(v, date) else str(v) for v in values]


def _encode(keys: Sequence[str], seal: Callable[[bytes], bytes]) -> str:
    payload = json.dumps(keys, separators=(",", ":")).encode()
    return urlsafe_b64encode(seal(payload) + payload).decode().rstrip("=")


def _decode(cursor: str, seal: Callable[[bytes], bytes], kinds: Sequence[type]) -> list[Any]:
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not compare_digest(signature, seal(payload)):
            raise ValueError
        keys = json.loads(payload)
        return [_as_typed(kind, key) for kind, key in zip(kinds, keys, strict=True)]
    except ValueError:
        raise Invalid(
            [ParameterError("cursor", "cursor_not_valid", "use next_cursor as given, with the same filters")]
        ) from None


def _as_typed(kind: type, key: str) -> object:
    readers: dict[type, Callable[[str], object]] = {
        datetime: datetime.fromisoformat,
        date: date.fromisoformat,
        UUID: UUID,
        int: int,
        str: str,
    }
    return readers.get(kind, kind)(key)
