"""What a provider tells of itself in the directory, beside its name, category and sites."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from app.models.columns import JSON, TEXTS, slug
from app.rules.directory_entries import CostPer, OfstedStatus

WORDS: Any = TSVECTOR()


class DirectoryEntry(SQLModel, table=True):
    """One for each provider; its version and stamps are the provider's. Amounts are in pence.

    Publication is kept on the organisation, where row security asks for it. `words` is what a free-text search looks
    through, made by `app.services.directory_words` whenever the entry changes.
    """

    __tablename__ = "directory_entries"

    provider_id: UUID = Field(foreign_key="organisations.id", primary_key=True)
    target_groups: list[str] = Field(default_factory=list, sa_type=TEXTS)
    needs_met: list[str] = Field(default_factory=list, sa_type=TEXTS)
    subjects: list[str] = Field(default_factory=list, sa_type=TEXTS)
    awarding_bodies: list[str] = Field(default_factory=list, sa_type=TEXTS)
    non_accredited: list[str] = Field(default_factory=list, sa_type=TEXTS)
    patterns: list[str] = Field(default_factory=list, sa_type=TEXTS)
    delivery_options: list[str] = Field(default_factory=list, sa_type=TEXTS)
    contacts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    qualifications: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    session_times: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    costs: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    staffing_ratios: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    delivery_staff: int | None = None
    qualified_teachers: int | None = None
    support_staff: int | None = None
    other_staff: int | None = None
    volunteers: int | None = None
    ofsted: OfstedStatus | None = Field(default=None, sa_type=slug(OfstedStatus))
    transport_offered: bool | None = None
    transport_note: str | None = Field(default=None, max_length=500)
    transport_cost_pence: int | None = None
    transport_cost_per: CostPer | None = Field(default=None, sa_type=slug(CostPer))
    permission_given_by: str | None = Field(default=None, max_length=200)
    permission_given_on: date | None = None
    words: Any = Field(default=None, sa_type=WORDS)
