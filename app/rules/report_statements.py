"""What every progress report says besides its form's answers, the same for all councils.

The pupil's voice, the readiness to return and the targets are members of the report and no fields of a form, so that
they mean the same whoever reads them. Sources: Salford AP contract slides (individual, termly reports) and Bolton's
monthly dashboard (progress to targets, readiness to return), read in the primary source; that the pupil is heard, and
the vocabulary, are Waymark's own.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.rules.report_answers import AnswerFault
from app.rules.report_targets import SETTLED, Target, TargetProgress


class ReportMember(StrEnum):
    """What a form may ask of a report besides its own answers."""

    PUPIL_VOICE = "pupil_voice"
    READINESS_TO_RETURN = "readiness_to_return"
    TARGETS = "targets"


class ReadinessToReturn(StrEnum):
    """Whether the pupil is ready to go back to school full time."""

    READY_NOW = "ready_now"
    READY_NEXT_TERM = "ready_next_term"
    WORKING_TOWARDS = "working_towards"
    NOT_YET = "not_yet"
    NOT_INTENDED = "not_intended"


@dataclass(frozen=True, slots=True)
class Statements:
    """The pupil's own words or why they could not be had; readiness to return, and what stands behind it."""

    said: str | None = None
    why_not_said: str | None = None
    readiness_to_return: ReadinessToReturn | None = None


def faults_of_voice(said: str | None, why_not_said: str | None) -> list[AnswerFault]:
    """Whether what is written of the pupil's voice is one thing: its words, or why there are none.

    Source: Waymark's own.
    """
    if said is not None and why_not_said is not None:
        return [
            AnswerFault(
                "/pupil_voice", "one_of_two", "Give what the pupil says, or why that could not be had, not both."
            )
        ]
    return []


def faults_of_statements(
    asked: Collection[ReportMember], statements: Statements, targets: Sequence[Target]
) -> list[AnswerFault]:
    """Everything that a report on a form that asks for these still lacks; empty when it may be submitted.

    Source: Salford (individual) and Bolton (progress to targets, readiness to return), read in the primary source;
    that the pupil is heard is Waymark's own.
    """
    return list(_faults(asked, statements, targets))


def _faults(
    asked: Collection[ReportMember], statements: Statements, targets: Sequence[Target]
) -> Iterator[AnswerFault]:
    if ReportMember.PUPIL_VOICE in asked and statements.said is None and statements.why_not_said is None:
        yield AnswerFault("/pupil_voice", "required", "Give what the pupil says, or why that could not be had.")
    if ReportMember.READINESS_TO_RETURN in asked and statements.readiness_to_return is None:
        yield AnswerFault("/readiness_to_return", "required", "Say how ready the pupil is to return to school.")
    if ReportMember.TARGETS not in asked:
        return
    if not targets:
        yield AnswerFault("/targets", "required", "A report names at least one target.")
    for position, each in enumerate(targets):
        yield from _faults_of_target(f"/targets/{position}", each)


def _faults_of_target(pointer: str, target: Target) -> Iterator[AnswerFault]:
    if target.success_criterion is None:
        yield AnswerFault(f"{pointer}/success_criterion", "required", "Say how it will be seen that it is achieved.")
    if target.progress is None:
        yield AnswerFault(f"{pointer}/progress", "required", "Say how far this target has come.")
    elif target.progress is TargetProgress.NO_LONGER_SET and target.comment is None:
        yield AnswerFault(f"{pointer}/comment", "required", "Say why this target is no longer set.")
    elif target.progress not in SETTLED and target.review_on is None:
        yield AnswerFault(f"{pointer}/review_on", "required", "Name the day on which this target is looked at next.")
