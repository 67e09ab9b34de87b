"""Early departures on the wire. Names of parents are protected: they are shown to the parties alone."""

from typing import Annotated

from pydantic import Field

from app.rules.consents import MOST_CONSENTS, ConsentAnswer, ConsentChannel, ConsentRole, Relationship
from app.rules.early_departures import EarlyDepartureState, WayHome
from app.schemas.agreements import AgreementNeeded, AgreementRead
from app.schemas.attendance_marks import ClockTimeRead
from app.schemas.wire import Body, ClockTime, Day, Id, Instant, Name, Read, ShortText, Tagged

ConsentRoles = Annotated[list[ConsentRole], Field(max_length=3)]


class EarlyDepartureRequest(Body):
    """A pupil is to be sent home before the day is over: today or on a later day, within the pupil's own hours.

    `leaving_time` is London's. `collected_by` names who fetches the pupil, where `way_home` is `collected`.
    """

    placement_id: Id
    on_date: Day = Field(examples=["2026-11-24"])
    leaving_time: ClockTime = Field(examples=["11:40"])
    reason: ShortText = Field(examples=["Cannot be kept safe in the workshop today"])
    way_home: WayHome = Field(strict=False)
    collected_by: Name | None = Field(default=None, examples=["Her mother"])


class ParentalConsentRecord(Body):
    """What a parent or carer answered the provider: who, how, when, and who of the provider's staff took it."""

    answer: ConsentAnswer = Field(strict=False)
    relationship: Relationship = Field(strict=False)
    given_by: Name = Field(examples=["M. Example"])
    how: ConsentChannel = Field(strict=False)
    given_at: Instant = Field(examples=["2026-11-24T10:50:00Z"])
    taken_by: Name = Field(examples=["S. Turner, centre manager"])
    note: ShortText | None = Field(default=None, examples=["Will be at home from noon"])


class DepartureRecord(Body):
    """The pupil has left. `handed_to` is needed unless the pupil goes home alone."""

    left_at: Instant = Field(examples=["2026-11-24T11:42:00Z"])
    handed_to: Name | None = Field(default=None, examples=["Her mother"])


class ParentalConsentRead(Read):
    """`given_by` and `note` are null for whoever only watches the placement, and in the reply to a repeated request."""

    id: Id
    answer: ConsentAnswer
    relationship: Relationship
    given_by: Name | None
    how: ConsentChannel
    given_at: Instant
    taken_by: Name
    note: ShortText | None
    recorded_at: Instant


class EarlyDepartureRead(Tagged):
    """A pupil who is to be sent home, or was, by agreement.

    A request that not all have agreed to before `leaving_at` is `lapsed`. `still_to_agree` names the roles whose word
    is missing, `parent` among them. `collected_by` and `handed_to` are null for whoever only watches the placement, and
    in the reply to a repeated request.
    """

    id: Id
    placement_id: Id
    state: EarlyDepartureState
    requested_by_id: Id
    on_date: Day
    leaving_time: ClockTimeRead
    leaving_at: Instant
    reason: ShortText
    way_home: WayHome
    collected_by: Name | None
    agreements_needed: Annotated[list[AgreementNeeded], Field(max_length=3)]
    agreements: Annotated[list[AgreementRead], Field(max_length=3)]
    parental_consents: Annotated[list[ParentalConsentRead], Field(max_length=MOST_CONSENTS)]
    still_to_agree: ConsentRoles
    settled_at: Instant | None
    left_at: Instant | None
    handed_to: Name | None
    departure_recorded_at: Instant | None
    created_at: Instant
    changed_at: Instant
