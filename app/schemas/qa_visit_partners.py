"""Councils that make a visit together, on the wire."""

from pydantic import Field

from app.rules.qa_visit_partners import PartnerState
from app.schemas.qa_frameworks import ActivitySlug
from app.schemas.qa_visits import Officers, Reason
from app.schemas.wire import Body, Day, Id, Instant, Tagged


class QaVisitPartnerInvite(Body):
    """The council that is asked to make the visit too."""

    council_id: Id
    message: Reason | None = Field(default=None, examples=["You place with them too"])


class QaVisitPartnerAccept(Body):
    """The officers who will take part. `counts_as` is the activity of the joining council's own framework
    `framework_id` that this visit fulfils; without both it fulfils none.
    """

    officers: Officers = []
    framework_id: Id | None = None
    counts_as: ActivitySlug | None = None


class QaVisitPartnerDecline(Body):
    reason: Reason = Field(examples=["We visited them in September"])


class QaVisitPartnerRead(Tagged):
    """A council's part in a visit that another council, `lead_id`, leads.

    The visit itself is seen once the council has joined.
    """

    id: Id
    visit_id: Id
    lead_id: Id
    provider_id: Id
    council_id: Id
    activity_type: ActivitySlug
    planned_on: Day
    state: PartnerState
    message: Reason | None
    officers: Officers
    framework_id: Id | None
    counts_as: ActivitySlug | None
    answered_at: Instant | None
    declined_because: Reason | None
    published_at: Instant | None
    changed_at: Instant
