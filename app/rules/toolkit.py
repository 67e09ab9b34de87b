from enum import StrEnum


class AssessmentState(StrEnum):
    DRAFT = "draft"
    COMPLETE = "complete"


class ToolkitUse(StrEnum):
    SELF_EVALUATION = "self_evaluation"
