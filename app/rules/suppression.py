"""Keeping small numbers of children out of published counts.

Source: DfE's practice in its statistics (1 to 4 suppressed, zero shown, a second cell suppressed where a total would
tell the first), from memory; the bounds are Waymark's own. What is kept from being worked out is what a reader learns
by taking shown numbers from one another within one answer: a cell from a total, a part from its whole. Nothing is
claimed of several answers about overlapping groups.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SMALLEST_SHOWN = 5
SMALLEST_FOR_QUARTILES = 10

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Whole:
    """A count that others are parts of: what is left when they are taken away is a number of children too."""

    name: str
    parts: tuple[str, ...]

    def rest(self, counts: Counts) -> int:
        return counts[self.name] - sum(counts[part] for part in self.parts)

    def is_told(self, hidden: Iterable[str]) -> bool:
        return not {self.name, *self.parts}.intersection(hidden)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is not shown: of each row of a breakdown, and the counts that the breakdown leaves out altogether."""

    rows: tuple[frozenset[str], ...]
    withheld: frozenset[str]


def is_small(count: int) -> bool:
    """Zero is shown: it tells of no child."""
    return 0 < count < SMALLEST_SHOWN


def hidden_counts(counts: Counts, wholes: Sequence[Whole]) -> frozenset[str]:
    """The counts of one row that are not shown: small ones, and parts whose whole would tell that few are left."""
    hidden = {name for name, count in counts.items() if is_small(count)}
    while telling := next((w for w in wholes if w.is_told(hidden) and is_small(w.rest(counts))), None):
        hidden.add(min((part for part in telling.parts if counts[part]), key=counts.__getitem__))
    return frozenset(hidden)


def hidden_in_breakdown(
    total: Counts, rows: Sequence[Counts], wholes: Sequence[Whole], additive: Iterable[str]
) -> Hidden:
    """What is not shown of a breakdown whose total is shown as `hidden_counts` allows.

    `additive` are the counts whose rows add up to the total. The next smallest cells go with the small ones until what
    the total leaves for all that are hidden together is no small number and tells none of them; where that would leave
    but zeros to show, the count is left out of the whole breakdown. Source: as above.
    """
    in_total = hidden_counts(total, wholes)
    hidden = [set(hidden_counts(row, wholes)) for row in rows]
    summed = frozenset(additive)
    withheld = {name for name in summed if is_small(total[name])}
    columns = [
        *(_Column(name, ()) for name in sorted(summed - in_total)),
        *(_Column(w.name, w.parts) for w in wholes if w.is_told(in_total) and summed.issuperset({w.name, *w.parts})),
    ]
    while telling := next((each for each in columns if each.tells(total, rows, hidden)), None):
        more = _next_smallest(telling.cells(rows), telling.positions(hidden))
        for position in more:
            hidden[position].add(telling.hides)
        if not more:
            withheld.add(telling.hides)
            columns = [each for each in columns if telling.hides not in each.names]
    return Hidden(tuple(frozenset(each | withheld) for each in hidden), frozenset(withheld))


@dataclass(frozen=True, slots=True)
class _Column:
    """A count through all rows, or what is left of it when its parts are taken away."""

    name: str
    parts: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.name, *self.parts})

    @property
    def hides(self) -> str:
        """The count that goes when this column tells too much."""
        return self.parts[0] if self.parts else self.name

    def cells(self, rows: Sequence[Counts]) -> list[int]:
        return [row[self.hides] for row in rows]

    def positions(self, hidden: Sequence[set[str]]) -> set[int]:
        """The rows in which some of it is hidden."""
        return {position for position, kept in enumerate(hidden) if self.names & kept}

    def tells(self, total: Counts, rows: Sequence[Counts], hidden: Sequence[set[str]]) -> bool:
        """Whether the total tells of hidden cells; also where nothing but zeros is left to be shown beside them."""
        gone = self.positions(hidden)
        left = self._of(total) - sum(self._of(row) for i, row in enumerate(rows) if i not in gone)
        if self.parts:
            return bool(left) and not _tells_nothing(left, len(gone))
        return not _tells_nothing(left, len(gone)) or (bool(gone) and not _next_smallest(self.cells(rows), gone))

    def _of(self, counts: Counts) -> int:
        return Whole(self.name, self.parts).rest(counts)


def _next_smallest(cells: Sequence[int], hidden: set[int]) -> set[int]:
    """The smallest cells still shown, all that are alike: which one went would tell of the others."""
    shown = {i: cell for i, cell in enumerate(cells) if cell and i not in hidden}
    return {i for i, cell in shown.items() if cell == min(shown.values())}


def _tells_nothing(left: int, cells: int) -> bool:
    """Whether what is left for so many hidden cells of at least one child is no small number and tells none of them.

    As many children as cells would be one in each; four times as many may be known to be four in each.
    """
    if not cells:
        return True
    return cells > 1 and left >= SMALLEST_SHOWN and left not in (cells, cells * (SMALLEST_SHOWN - 1))
