"""What the shipped structures of quality assurance are written in: areas and their criteria."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is looked at: whether evidence of it is seen, never how good it is."""

    slug: str
    text: str


@dataclass(frozen=True, slots=True)
class Area:
    """An area, or section, of a structure. Each slug of a criterion is the only one of its name in the structure."""

    slug: str
    name: str
    criteria: tuple[Criterion, ...]
