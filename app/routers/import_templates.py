"""What files to import look like."""

from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.rules.imports import ImportKind
from app.schemas.import_templates import ImportColumnRead, ImportTemplateRead, ImportTemplatesRead
from app.services.import_templates import COLUMNS, template
from app.web.router import edge_router

router = edge_router("imports")

Reader = Annotated[Caller, allow(Scope.IMPORTS_READ)]


class CsvTemplate(Response):
    media_type = "text/csv"


_FILE = {
    "description": "The file: UTF-8, RFC 4180, a header line first.",
    "content": {
        "text/csv": {"schema": {"type": "string", "maxLength": 100_000}, "example": template(ImportKind.PUPILS)}
    },
    "headers": {"Content-Disposition": {"$ref": "#/components/headers/Content-Disposition"}},
}


@router.get("/import-templates", operation_id="list_import_templates")
async def list_import_templates(caller: Reader) -> ImportTemplatesRead:
    """The columns of each kind of file: what they mean, what they take, and which must be there."""
    return ImportTemplatesRead(items=[_read(kind) for kind in ImportKind])


@router.get(
    "/import-templates/{kind}.csv",
    operation_id="export_import_template",
    response_class=CsvTemplate,
    response_model=None,
    responses={200: _FILE},
)
async def export_import_template(kind: ImportKind, caller: Reader) -> Response:
    """A file of this kind with its header and invented rows: fill it in and send it to an import."""
    return Response(
        template(kind),
        media_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{kind.value}.csv"'},
    )


def _read(kind: ImportKind) -> ImportTemplateRead:
    columns = [
        ImportColumnRead(
            name=each.name,
            required=each.required,
            meaning=each.meaning,
            example=each.example,
            values=list(each.values),
        )
        for each in COLUMNS[kind]
    ]
    return ImportTemplateRead(kind=kind, file=f"/v1/import-templates/{kind.value}.csv", columns=columns)
