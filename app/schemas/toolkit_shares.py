"""Shares of toolkit assessments on the wire."""

from app.rules.toolkit_shares import ShareState
from app.schemas.wire import Body, Id, Instant, Tagged


class ToolkitShareMake(Body):
    """A complete assessment of the calling organisation, and who is to read it besides those who do."""

    assessment_id: Id
    shared_with_id: Id


class ToolkitShareRead(Tagged):
    """A share, seen by the one assessed and the one it was shared with, who reads the assessment while it stands."""

    id: Id
    assessment_id: Id
    provider_id: Id
    shared_with_id: Id
    state: ShareState
    created_at: Instant
    changed_at: Instant
    retracted_at: Instant | None
