"""What a rule answers: allowed, or refused with a reason that a caller can act upon."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Allowed:
    """The rule has no objection. It is truthy, so that `if rule(...)` reads as a sentence."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """The rule objects.

    `code` is stable and documented; `reason` is a plain sentence without personal data; `source` names the document
    the rule comes from; `next_steps` holds what would be lawful, in JSON-ready values (`next_lawful_dates`,
    `still_to_agree`).
    """

    code: str
    reason: str
    source: str
    next_steps: dict[str, str | list[str]] = field(default_factory=dict)

    def __bool__(self) -> Literal[False]:
        return False


Verdict = Allowed | Refused
