"""What a file must look like, kind by kind."""

from typing import Annotated

from pydantic import Field

from app.rules.imports import ImportKind
from app.schemas.wire import Read, ShortText

Cell = Annotated[str, Field(max_length=500)]


class ImportColumnRead(Read):
    """A column by the name that the header has for it. `values` are all that it takes, where it takes certain ones."""

    name: Annotated[str, Field(max_length=60, examples=["date_of_birth"])]
    required: bool
    meaning: ShortText
    example: Cell
    values: Annotated[list[Cell], Field(max_length=60)]


class ImportTemplateRead(Read):
    """The columns of one kind of file, and where its template is."""

    kind: ImportKind
    file: Annotated[str, Field(max_length=200, examples=["/v1/import-templates/pupils.csv"])]
    columns: Annotated[list[ImportColumnRead], Field(max_length=60)]


class ImportTemplatesRead(Read):
    items: Annotated[list[ImportTemplateRead], Field(max_length=20)]
