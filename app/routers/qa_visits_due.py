"""Which providers a council is to visit by when."""

from datetime import date
from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.rules.qa_frequency import VisitDueState
from app.schemas.qa_visits_due import QaVisitDueRead
from app.schemas.wire import Day, Id
from app.services.qa_visits_due import visits_due
from app.web.edge import Session
from app.web.pages import Cut, Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")


@router.get("/qa-visits-due", operation_id="list_qa_visits_due")
async def list_qa_visits_due(
    caller: Annotated[Caller, allow(Scope.QA_READ, OrganisationKind.COUNCIL)],
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    state: VisitDueState | None = None,
    due_before: Annotated[Day | None, Query(description="Those due before this day.")] = None,
) -> Page[QaVisitDueRead]:
    """What falls due by the minimum frequencies of the council's current frameworks, soonest first.

    For every provider that holds a lot of the council's, or that it registered. A joint visit counts for each council
    that takes part, as the activity that it named when it joined. What is done by a return is not listed here.
    """
    after = tuple(pages.position([date, UUID, UUID, str]))
    wanted = (
        due
        for due in await visits_due(caller, session, provider_id)
        if (state is None or due.state is state)
        and (due_before is None or due.due_on < due_before)
        and (not after or due.key > after)
    )
    found = list(islice(wanted, pages.limit + 1))
    shown, more = found[: pages.limit], len(found) > pages.limit
    next_cursor = pages.cursor_at([str(each) for each in shown[-1].key]) if more else None
    if next_cursor is not None:
        pages.link(next_cursor)
    return Cut(next_cursor).holding([QaVisitDueRead.model_validate(each) for each in shown])
