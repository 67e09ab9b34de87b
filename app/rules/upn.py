"""The unique pupil number: thirteen characters, the first of which checks the others.

A UPN is a blind number: no refusal, log or URL repeats it, so nothing here puts the value in a reason.
Source: DfE guide to unique pupil numbers 1.2, read in the primary source.
"""

import re
from dataclasses import dataclass

from app.rules.sources import UPN_GUIDE
from app.rules.verdict import Allowed, Refused, Verdict

ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ"
SYNTHETIC_AUTHORITY = "000"
# As people write it: in any case, with spaces or hyphens, and run together with a word before it.
_LOOKS_LIKE_ONE = re.compile(r"[A-Za-z](?:[ \-]?[0-9]){11}[ \-]?[0-9A-Za-z]")
_SHAPE = re.compile(f"[{ALPHABET}][0-9]{{11}}[0-9{ALPHABET}]")


@dataclass(frozen=True, slots=True, repr=False)
class Upn:
    """A checked number. It has no representation that shows it."""

    value: str

    @property
    def is_temporary(self) -> bool:
        """A temporary number ends in a letter."""
        return self.value[-1] in ALPHABET

    @property
    def authority(self) -> str:
        """Three digits of the council that gave it; `000` is a synthetic child."""
        return self.value[1:4]

    def __repr__(self) -> str:
        return "Upn(<blind>)"


def check_letter(last_twelve: str) -> str:
    """The letter for positions 2 to 13: the sum of each digit times its position, modulo 23.

    The letter that ends a temporary number weighs its place in the alphabet of 23, counted from 0. Source:
    DfE guide to unique pupil numbers 1.2, read in the primary source; its own temporary example confirms the
    weighting.
    """
    total = sum(_weight(character) * position for position, character in enumerate(last_twelve, start=2))
    return ALPHABET[total % len(ALPHABET)]


def parse_upn(value: str) -> Upn | Refused:
    """The number, or why it is none: `upn_malformed` or `upn_check_letter_wrong`. Nothing is put right.

    Source: DfE guide to unique pupil numbers 1.2, read in the primary source.
    """
    if _SHAPE.fullmatch(value) is None:
        return Refused(
            "upn_malformed",
            "A UPN is a capital letter, eleven digits, and a digit or (temporary) a letter; never I, O or S.",
            UPN_GUIDE,
        )
    if value[0] != check_letter(value[1:]):
        return Refused(
            "upn_check_letter_wrong",
            "The UPN's first letter does not check the rest of the number.",
            UPN_GUIDE,
        )
    return Upn(value)


def check_upn(value: str) -> Verdict:
    """As `parse_upn`, when only the answer matters."""
    parsed = parse_upn(value)
    return parsed if isinstance(parsed, Refused) else Allowed()


def without_upns(text: str) -> str:
    """A text that others wrote, with whatever looks like a UPN taken out: it is shown in its own field only.

    Source: DfE guide to unique pupil numbers 1.2 (a blind number), read in the primary source.
    """
    return _LOOKS_LIKE_ONE.sub("[UPN removed]", text)


def synthetic_upn(serial: int, *, temporary: bool = False) -> str:
    """A number for an invented child, in authority 000, distinct for each serial from 0 to 99,999,999."""
    digits = f"{SYNTHETIC_AUTHORITY}{serial % 100_000_000:08d}"
    rest = digits + ("A" if temporary else "1")
    return check_letter(rest) + rest


def _weight(character: str) -> int:
    return int(character) if character in "0123456789" else ALPHABET.index(character)
