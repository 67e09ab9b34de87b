"""Whether a child's record may be closed and begun anew under another identity, with no link kept.

Source: DfE guide to unique pupil numbers 1.2, read in the primary source: a child who is adopted or at risk is given a
new number, and nothing leads from the one to the other.
"""

from enum import StrEnum

from app.rules.sources import OUR_OWN, UPN_GUIDE
from app.rules.verdict import Allowed, Refused, Verdict


class SeveranceReason(StrEnum):
    ADOPTION = "adoption"
    PROTECTION = "protection"


def may_sever(*, old_upn: str | None, new_upn: str | None, alert_open: bool) -> Verdict:
    """Whether an identity may be severed now. A new identity without a UPN is given one later.

    A pupil who is missing is found first: those who look for the child know the old name.
    """
    if alert_open:
        return Refused(
            "alert_open", "An absconding alert about the pupil is open; close it, then sever the identity.", OUR_OWN
        )
    if old_upn is not None and new_upn == old_upn:
        return Refused(
            "upn_kept", "A severed identity has a new UPN, or none yet; the old one links the two.", UPN_GUIDE
        )
    return Allowed()
