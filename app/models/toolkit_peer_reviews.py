"""Peer reviews between providers, by consent of the one reviewed."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.columns import Record, slug
from app.rules.toolkit_peer_reviews import PeerReviewState


class ToolkitPeerReview(Record, table=True):
    """That one provider may assess another once. The assessment that comes of it names it."""

    __tablename__ = "toolkit_peer_reviews"
    __table_args__ = (
        UniqueConstraint("id", "reviewed_id", "reviewer_id"),
        CheckConstraint("reviewed_id <> reviewer_id", name="two_providers"),
        CheckConstraint("proposed_by_id in (reviewed_id, reviewer_id)", name="proposed_by_one"),
        Index(
            "uq_toolkit_peer_reviews_standing",
            "reviewed_id",
            "reviewer_id",
            unique=True,
            postgresql_where=text("state in ('asked', 'agreed')"),
        ),
    )

    reviewed_id: UUID = Field(foreign_key="organisations.id")
    reviewer_id: UUID = Field(foreign_key="organisations.id", index=True)
    proposed_by_id: UUID = Field(foreign_key="organisations.id")
    state: PeerReviewState = Field(sa_type=slug(PeerReviewState))
    purpose: str = Field(max_length=500)
    refused_because: str | None = Field(default=None, max_length=500)
