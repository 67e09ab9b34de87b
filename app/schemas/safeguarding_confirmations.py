"""Safeguarding confirmations on the wire."""

from pydantic import Field

from app.rules.provider_assurance import AssuranceState
from app.schemas.wire import Body, Day, Id, Instant, Name, ShortText, Tagged


class ConfirmationGive(Body):
    """The calling provider confirms that the checks on all who work with children are made.

    It takes the place of the one before: renew it before `valid_until`, and when staff change. Names of staff belong
    nowhere here, but for who confirms.
    """

    confirmed_by: Name = Field(examples=["C. Okafor, designated safeguarding lead"])
    confirmed_on: Day = Field(examples=["2026-11-20"])
    valid_until: Day = Field(examples=["2027-07-31"])
    note: ShortText | None = Field(default=None, examples=["All checks on the single central record are complete."])


class StaffChange(Body):
    """Staff changed: the confirmation wants renewing. Say what changed, and not who."""

    changed_on: Day = Field(examples=["2026-11-23"])
    note: ShortText = Field(examples=["Two tutors started; a volunteer left"])


class ConfirmationRead(Tagged):
    """A confirmation. `state` is today's; `renewal_needed` since staff changed, until the next is given."""

    id: Id
    provider_id: Id
    confirmed_by: Name
    confirmed_on: Day
    valid_until: Day
    note: ShortText | None
    state: AssuranceState
    renewal_needed: bool
    staff_changed_on: Day | None
    staff_change_note: ShortText | None
    created_at: Instant
    changed_at: Instant
