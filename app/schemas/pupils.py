"""Pupils on the wire. The UPN is shown only in its own field and to clients with its own scope."""

from typing import Annotated

from pydantic import Field

from app.schemas.wire import Body, Day, Id, Instant, Name, Tagged, left_out

UpnText = Annotated[str, Field(min_length=13, max_length=13, examples=["A000012345678"])]


class PupilCreate(Body):
    """A child to be placed. `upn` is left out where the child has none."""

    given_name: Name
    family_name: Name
    date_of_birth: Day
    upn: UpnText | None = None
    home_council_id: Id | None = None


class PupilUpdate(Body):
    """Corrections by the organisation that registered the child. Members left out stay; a null `upn` takes it away."""

    given_name: Name = Field(default_factory=left_out)
    family_name: Name = Field(default_factory=left_out)
    date_of_birth: Day = Field(default_factory=left_out)
    upn: UpnText | None = Field(default_factory=left_out)


class PupilMove(Body):
    """The child's home council from a day on, today's at the latest; null where none is known."""

    home_council_id: Id | None
    from_on: Day


class PupilReceipt(Tagged):
    """The new pupil's id. The stored reply to a repeated request must hold no name, so neither does this one."""

    id: Id


class PupilRead(Tagged):
    """`upn` is null for a client without the scope `pupils:read-upn`; `upn_held` says whether there is one.

    `home_council_since` is the day of the last move; null before the first. A council that the child has left is not
    told where to: to it both are null.
    """

    id: Id
    given_name: Name
    family_name: Name
    date_of_birth: Day
    upn: UpnText | None
    upn_held: bool
    upn_temporary: bool | None
    home_council_id: Id | None
    home_council_since: Day | None
    changed_at: Instant
