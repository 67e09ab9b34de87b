"""What a school entered in its register, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.calendars import SchoolSession
from app.schemas.wire import Body, Day, Id, Instant, ShortText, Tagged


class RegisterCodeEnter(Body):
    """The code that stands in the register for a session, as a national code or its slug."""

    placement_id: Id
    on_date: Day
    session: SchoolSession = Field(strict=False)
    code: Annotated[str, Field(min_length=1, max_length=40, examples=["illness"])]
    note: ShortText | None = Field(default=None, examples=["The carer rang at ten"])


class RegisterCodeRead(Tagged):
    """What was entered, by whom and when. Entries are never changed: a later one takes the place of an earlier."""

    id: Id
    placement_id: Id
    on_date: Day
    session: SchoolSession
    code: Annotated[str, Field(min_length=1, max_length=2, examples=["I"])]
    note: ShortText | None
    entered_by_id: Id
    client_id: Id
    acting_for: Annotated[str, Field(max_length=200, examples=["S. Turner"])] | None
    entered_at: Instant
    current: bool
