"""Pupils on the wire. The UPN is shown only in its own field and to clients with its own scope."""

from typing import Annotated

from pydantic import Field

from app.schemas.wire import Body, Day, Id, Instant, Name, Tagged

UpnText = Annotated[str, Field(min_length=13, max_length=13, examples=["A000012345678"])]


class PupilCreate(Body):
    """A child to be placed. `upn` is left out where the child has none."""

    given_name: Name
    family_name: Name
    date_of_birth: Day
    upn: UpnText | None = None
    home_council_id: Id | None = None


class PupilReceipt(Tagged):
    """The new pupil's id. The stored reply to a repeated request must hold no name, so neither does this one."""

    id: Id


class PupilRead(Tagged):
    """`upn` is null for a client without the scope `pupils:read-upn`; `upn_held` says whether there is one."""

    id: Id
    given_name: Name
    family_name: Name
    date_of_birth: Day
    upn: UpnText | None
    upn_held: bool
    upn_temporary: bool | None
    home_council_id: Id | None
    changed_at: Instant
