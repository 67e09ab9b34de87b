"""The pages for people: the API's console and the problem types. None needs another host, or a credential."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from app.problems import NotFound, every_problem
from app.web.docs_pages import CONSOLE, asset, problem_index, problem_page

router = APIRouter(tags=["docs"], include_in_schema=False)


@router.get("/", operation_id="front_door", response_class=RedirectResponse)
async def front_door() -> RedirectResponse:
    return RedirectResponse("/docs")


@router.get("/docs", operation_id="docs", response_class=HTMLResponse)
async def docs() -> HTMLResponse:
    """The contract, readable and to be tried."""
    return HTMLResponse(CONSOLE)


@router.get("/docs/assets/{name}", operation_id="docs_asset", response_class=FileResponse)
async def docs_asset(name: str) -> FileResponse:
    found = asset(name)
    if found is None:
        raise NotFound
    path, media_type = found
    return FileResponse(path, media_type=media_type)


@router.get("/problems", operation_id="problem_types", response_class=HTMLResponse)
async def problem_types() -> HTMLResponse:
    """Every problem type."""
    return HTMLResponse(problem_index())


@router.get("/problems/{slug}", operation_id="problem_type", response_class=HTMLResponse)
async def problem_type(slug: str) -> HTMLResponse:
    """One problem type: what the `type` of a problem document resolves to."""
    for problem in every_problem():
        if problem.slug == slug:
            return HTMLResponse(problem_page(problem))
    raise NotFound
