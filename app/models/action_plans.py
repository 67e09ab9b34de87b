"""Action plans of councils with providers, or of organisations with themselves; their actions, steps and reviews.

`kept_by_id` is the council, or the provider itself for a plan of its own.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.action_plans import ActionPlanState, ActionState, ActionStepKind, PlanSource, SourceKind

SOURCE_COLUMNS = {
    SourceKind.QA_VISIT: "visit_id",
    SourceKind.TOOLKIT_ASSESSMENT: "toolkit_assessment_id",
    SourceKind.QA_RETURN: "qa_return_id",
    SourceKind.CONCERN: "concern_id",
}


class ActionPlan(Record, table=True):
    """What a provider is to do, and of what that came: at most one of the four ids.

    One plan at a time is open of one source with one keeper. `review_told_for` is the day of the review that the clock
    has told of.
    """

    __tablename__ = "action_plans"
    __table_args__ = (
        ForeignKeyConstraint(["visit_id", "provider_id"], ["qa_visits.id", "qa_visits.provider_id"]),
        ForeignKeyConstraint(
            ["toolkit_assessment_id", "provider_id"], ["toolkit_assessments.id", "toolkit_assessments.provider_id"]
        ),
        ForeignKeyConstraint(["qa_return_id", "provider_id"], ["qa_returns.id", "qa_returns.provider_id"]),
        ForeignKeyConstraint(
            ["concern_id", "kept_by_id", "provider_id"], ["concerns.id", "concerns.council_id", "concerns.provider_id"]
        ),
        UniqueConstraint("id", "kept_by_id", "provider_id"),
        CheckConstraint(f"num_nonnulls({', '.join(SOURCE_COLUMNS.values())}) <= 1", name="one_source"),
        *(
            Index(
                f"uq_action_plans_open_{column}",
                column,
                "kept_by_id",
                unique=True,
                postgresql_where=text(f"state = 'open' and {column} is not null"),
            )
            for column in SOURCE_COLUMNS.values()
        ),
        Index("ix_action_plans_review", "review_on", postgresql_where=text("state = 'open'")),
    )

    kept_by_id: UUID = Field(foreign_key="organisations.id", index=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    title: str = Field(max_length=200)
    visit_id: UUID | None = None
    toolkit_assessment_id: UUID | None = None
    qa_return_id: UUID | None = None
    concern_id: UUID | None = None
    state: ActionPlanState = Field(sa_type=slug(ActionPlanState))
    review_on: date | None = None
    review_told_for: date | None = None
    closed_on: date | None = None
    closing_note: str | None = Field(default=None, max_length=2000)

    @property
    def source(self) -> PlanSource:
        for kind, column in SOURCE_COLUMNS.items():
            if (of := getattr(self, column)) is not None:
                return PlanSource(kind, of)
        return PlanSource()


class Action(Record, table=True):
    """Something that the provider is to do, by whom there and by which day.

    `about` names a criterion or an area in the words of the plan's source. `due_told_for` and `overdue_told_for` are
    the days that the clock has told of.
    """

    __tablename__ = "actions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "kept_by_id", "provider_id"],
            ["action_plans.id", "action_plans.kept_by_id", "action_plans.provider_id"],
        ),
        UniqueConstraint("id", "kept_by_id", "provider_id"),
        Index("ix_actions_due", "due_on", postgresql_where=text("state = 'open'")),
    )

    plan_id: UUID = Field(index=True)
    kept_by_id: UUID = Field(index=True)
    provider_id: UUID = Field(index=True)
    text: str = Field(max_length=2000)
    about: str | None = Field(default=None, max_length=120)
    owner: str = Field(max_length=200)
    due_on: date
    state: ActionState = Field(sa_type=slug(ActionState))
    note: str | None = Field(default=None, max_length=2000)
    evidence: list[str] = Field(default_factory=list, sa_type=TEXTS)
    done_on: date | None = None
    how_known: str | None = Field(default=None, max_length=2000)
    closed_on: date | None = None
    due_told_for: date | None = None
    overdue_told_for: date | None = None


class ActionStep(SQLModel, table=True):
    """What was done about an action, by which organisation and when. Nothing of it is changed.

    `number` is the version of the action that the step led to.
    """

    __tablename__ = "action_steps"
    __table_args__ = (
        ForeignKeyConstraint(
            ["action_id", "kept_by_id", "provider_id"], ["actions.id", "actions.kept_by_id", "actions.provider_id"]
        ),
        UniqueConstraint("action_id", "number"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    action_id: UUID
    number: int
    kept_by_id: UUID
    provider_id: UUID
    what: ActionStepKind = Field(sa_type=slug(ActionStepKind))
    at: datetime = Field(sa_type=INSTANT)
    by_id: UUID = Field(foreign_key="organisations.id")
    note: str | None = Field(default=None, max_length=2000)
    due_on: date | None = None
    owner: str | None = Field(default=None, max_length=200)


class ActionPlanReview(SQLModel, table=True):
    """A review of a plan by its keeper. Nothing of it is changed."""

    __tablename__ = "action_plan_reviews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "kept_by_id", "provider_id"],
            ["action_plans.id", "action_plans.kept_by_id", "action_plans.provider_id"],
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID = Field(index=True)
    kept_by_id: UUID
    provider_id: UUID
    recorded_at: datetime = Field(sa_type=INSTANT)
    held_on: date
    led_by: str = Field(max_length=200)
    note: str = Field(max_length=2000)
    next_review_on: date | None = None
