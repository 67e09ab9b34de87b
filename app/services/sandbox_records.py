"""What the sandbox holds of teaching, qualifications and annual returns, recorded by the same services as any."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.placements import Placement
from app.models.qa_returns import QaReturnType
from app.queries.placements import visible_placements, with_status
from app.queries.qa_return_types import current_types
from app.rules.calendars import school_year_of
from app.rules.placements import PlacementStatus
from app.rules.qualifications import QualificationKind
from app.schemas.qa_returns import QaReturnRequest
from app.schemas.qualifications import QualificationRecord
from app.schemas.teaching_observations import ObservationComment, ObservationRecord
from app.services.qa_return_types import adopt_types
from app.services.qa_returns import request_return
from app.services.qualifications import record_qualification
from app.services.sandbox_organisations import Inhabitant, Inhabitants
from app.services.teaching_observations import comment_observation, record_observation, share_observation

ASKED_FOR = "section-157-safeguarding"
IN_THREE_WEEKS = timedelta(weeks=3)


async def keep_records(session: AsyncSession, them: Inhabitants) -> None:
    """Every council takes the shipped types of return, and the first asks its provider for one.

    Of a placement that has ended there is what a school saw of the teaching, and what the pupil achieved.
    """
    council, provider = them.councils[0], them.providers[0]
    for each in them.councils:
        await adopt_types(await each.speaks(session), session)
    await _ask_for_return(session, council, provider)
    ended = await _ended(session, provider)
    if ended:
        await _observe(session, them.schools_of(council)[0], provider, ended[0])
        await _achieve(session, provider, ended[0])


async def _ask_for_return(session: AsyncSession, council: Inhabitant, provider: Inhabitant) -> None:
    caller = await council.speaks(session)
    mine = current_types(caller).where(col(QaReturnType.council_id) == caller.organisation_id)
    types = await session.scalars(mine.where(col(QaReturnType.slug) == ASKED_FOR))
    body = QaReturnRequest(
        provider_id=provider.organisation.id,
        type_id=types.one().id,
        school_year=school_year_of(caller.today),
        due_on=caller.today + IN_THREE_WEEKS,
    )
    await request_return(caller, session, body)


async def _ended(session: AsyncSession, provider: Inhabitant) -> Sequence[Placement]:
    caller = await provider.speaks(session)
    statement = with_status(visible_placements(caller), PlacementStatus.ENDED, caller.today)
    return (await session.scalars(statement.order_by(col(Placement.id)))).all()


async def _observe(session: AsyncSession, school: Inhabitant, provider: Inhabitant, placement: Placement) -> None:
    caller = await school.speaks(session)
    body = ObservationRecord(
        placement_id=placement.id,
        observed_on=placement.ends_on,
        observed_by=["R. Lead, AP lead"],
        activity="Workshop, five pupils, morning",
        seen="Pupils worked in pairs and kept the tools in order; two needed each step shown twice.",
        strengths=["Every task was broken into small steps"],
        to_develop=["Say at the start what the lesson is for"],
    )
    observation = await record_observation(caller, session, body)
    await share_observation(caller, session, observation.id, observation.version)
    comment = ObservationComment(text="Agreed: the aim of each lesson now stands on the board.")
    speaker = await provider.speaks(session)
    await comment_observation(speaker, session, observation.id, comment.text, observation.version)


async def _achieve(session: AsyncSession, provider: Inhabitant, placement: Placement) -> None:
    """One that was achieved, and one whose result is awaited."""
    caller = await provider.speaks(session)
    for title, achieved_on, grade in (
        ("Level 1 Award in Workshop Skills", placement.ends_on, "Pass"),
        ("Functional Skills Mathematics", None, None),
    ):
        body = QualificationRecord(
            placement_id=placement.id,
            kind=QualificationKind.QUALIFICATION,
            title=title,
            awarding_body="Invented Awards",
            level=None,
            entered_on=placement.starts_on,
            achieved_on=achieved_on,
            grade=grade,
            recorded_by="P. Shah, exams officer",
        )
        await record_qualification(caller, session, body)
