"""The official numbers of an organisation, all at once."""

from typing import Annotated

from pydantic import Field

from app.schemas.directory import IdentifierRead, IdentifiersWritten, Warnings
from app.schemas.wire import Body, Id, Instant, Tagged


class IdentifiersReplace(Body):
    """All identifiers of an organisation, in place of those it had. An empty list: it has none."""

    identifiers: IdentifiersWritten


class IdentifiersRead(Tagged):
    """The identifiers of an organisation. The ETag is that of the organisation, of which they are a part."""

    organisation_id: Id
    identifiers: Annotated[list[IdentifierRead], Field(max_length=10)]
    warnings: Warnings
    changed_at: Instant
