"""The files that are made of a return."""

from collections.abc import AsyncIterator

from app.services.returns import Export, batches_of
from app.services.tables_csv import as_csv
from app.services.tables_xlsx import as_xlsx


def csv_of(export: Export) -> AsyncIterator[bytes]:
    return as_csv(export.columns, batches_of(export))


def xlsx_of(export: Export) -> AsyncIterator[bytes]:
    return as_xlsx(export.definition.title, export.columns, batches_of(export), export.as_of)
