from enum import StrEnum


class VisitState(StrEnum):
    PLANNED = "planned"
    CARRIED_OUT = "carried_out"
    REPORTED = "reported"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"
