"""Which providers a council watches over, by visit or by assessment."""

from dataclasses import dataclass

from app.rules.sources import BOLTON
from app.rules.verdict import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class Oversight:
    """What ties a council to a provider: that it registered it, or that it awarded it a lot that has not ended."""

    registered: bool
    awarded: bool


def may_oversee(oversight: Oversight) -> Verdict:
    """Whether a council may visit or assess a provider: one on its frameworks, or one it took into the directory.

    Source: Bolton AP quality assurance documents (the council's own contracted providers), read in the primary
    source.
    """
    if oversight.registered or oversight.awarded:
        return Allowed()
    return Refused(
        "provider_not_on_framework",
        "The provider holds no lot of the council's frameworks, nor did the council register it.",
        BOLTON,
        {"would_be_lawful": ["award the provider a lot of one of the council's frameworks"]},
    )
