"""No count of one to four can be worked out from what is shown."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.placement_statistics import COUNTED, WHOLES, Breakdown, adding_up
from app.rules.suppression import Whole, hidden_counts, hidden_in_breakdown, is_small

Cells = tuple[int, ...]
Shown = tuple[int | None, ...]


def shown(cells: Sequence[int]) -> Shown:
    rows = [{"n": cell} for cell in cells]
    hidden = hidden_in_breakdown({"n": sum(cells)}, rows, (), ["n"]).rows
    return tuple(None if kept else cell for cell, kept in zip(cells, hidden, strict=True))


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        pytest.param((9, 7, 0), (9, 7, 0), id="nothing is small; zero is shown"),
        pytest.param((9, 6, 3), (9, None, None), id="the next smallest goes with a single small one"),
        pytest.param((20, 3, 3), (20, None, None), id="two small ones of six together hide each other"),
        pytest.param((20, 8, 1, 2), (20, None, None, None), id="two of three together do not"),
        pytest.param((20, 7, 7, 3), (20, None, None, None), id="cells alike go together: which went would tell"),
        pytest.param((20, 9, 4, 4), (20, None, None, None), id="two of eight are known to be four each"),
        pytest.param((20, 1, 1, 1, 1, 1), (None,) * 6, id="five of five are known to be one each"),
        pytest.param((9, 3, 0), (None, None, None), id="with but zeros left to show they go too"),
        pytest.param((3, 0, 0), (None, None, None), id="nothing is told of a small total"),
        pytest.param((0, 0), (0, 0), id="nothing to hide"),
    ],
)
def test_which_cells_are_shown_beside_their_total(cells: Cells, told: Shown) -> None:
    assert shown(cells) == told


@pytest.mark.parametrize(("number", "largest"), [(2, 16), (3, 13), (4, 9), (5, 7)])
def test_who_knows_total_shown_cells_and_this_very_rule_works_out_no_small_cell(number: int, largest: int) -> None:
    """Every table there is, gathered by what is published of it: a hidden small cell always has another candidate."""
    alike: dict[tuple[int | None, Shown], list[Cells]] = defaultdict(list)
    for cells in product(range(largest + 1), repeat=number):
        alike[None if is_small(sum(cells)) else sum(cells), shown(cells)].append(cells)
    for (total, told), tables in alike.items():
        left = (total or 0) - sum(cell for cell in told if cell)
        assert total is None or not is_small(left), (told, tables)
        if any(max(table) == largest for table in tables):
            continue  # a table with larger cells might be published alike
        for position in range(number):
            candidates = {table[position] for table in tables}
            assert len(candidates) > 1 or not is_small(min(candidates)), (told, tables)


PARTS = (Whole("all", ("some",)), Whole("all", ("others",)), Whole("all", ("some", "others")))


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        pytest.param({"all": 20, "some": 9, "others": 6}, set(), id="five are neither"),
        pytest.param({"all": 20, "some": 18, "others": 0}, {"some"}, id="eighteen of twenty tell of two"),
        pytest.param({"all": 20, "some": 20, "others": 0}, set(), id="all of twenty tell of nobody"),
        pytest.param({"all": 20, "some": 9, "others": 9}, {"some"}, id="two are neither"),
        pytest.param({"all": 20, "some": 3, "others": 9}, {"some"}, id="three are few"),
        pytest.param({"all": 4, "some": 2, "others": 0}, {"all", "some"}, id="a small whole"),
        pytest.param({"all": 0, "some": 0, "others": 0}, set(), id="nobody at all"),
    ],
)
def test_what_is_left_of_a_whole_is_a_count_too(counts: dict[str, int], hidden: set[str]) -> None:
    assert hidden_counts(counts, PARTS) == hidden


def test_a_breakdown_hides_what_the_totals_would_tell_of_the_rest() -> None:
    total = {"all": 60, "some": 51, "others": 0}
    rows = [
        {"all": 20, "some": 18, "others": 0},
        {"all": 20, "some": 13, "others": 0},
        {**total, "all": 20, "some": 20},
    ]
    hidden = hidden_in_breakdown(total, rows, PARTS[:1], ("all", "some"))
    assert [sorted(each) for each in hidden.rows] == [["some"], ["some"], []]
    none_left = hidden_in_breakdown(
        {"all": 40, "some": 14}, [{"all": 20, "some": 0}, {"all": 20, "some": 14}], PARTS[:1], ("all", "some")
    )
    assert none_left.withheld == frozenset()
    few = [{"all": 20, "some": 18}, {"all": 20, "some": 0}, {"all": 20, "some": 0}]
    assert hidden_in_breakdown({"all": 60, "some": 18}, few, PARTS[:1], ("all", "some")).withheld == {"some"}


def _counts() -> st.SearchStrategy[dict[str, int]]:
    """The counts of one group, each part within its whole."""

    def part(of: int) -> st.SearchStrategy[int]:
        return st.integers(0, of)

    @st.composite
    def group(draw: st.DrawFn) -> dict[str, int]:
        counts = {"placements": draw(st.integers(0, 40))}
        for whole, *parts in (("placements", "started", "ended", "dual_registered"),):
            counts |= {each: draw(part(counts[whole])) for each in parts}
        counts["outcomes"] = draw(part(counts["ended"]))
        counts["judged"] = draw(part(counts["outcomes"]))
        counts["unsuccessful"] = draw(part(counts["judged"]))
        counts["returns"] = draw(part(counts["outcomes"]))
        counts["back_again"] = draw(part(counts["returns"]))
        counts["moves"] = draw(part(counts["ended"] - counts["returns"]))
        for kind in ("transitions", "post_16"):
            counts[f"{kind}_due"] = draw(st.integers(0, 30))
            counts[f"{kind}_sustained"] = draw(part(counts[f"{kind}_due"]))
            counts[f"{kind}_unrecorded"] = draw(part(counts[f"{kind}_due"] - counts[f"{kind}_sustained"]))
        return counts

    return group()


@settings(max_examples=300, deadline=None)
@given(st.lists(_counts(), min_size=1, max_size=6))
def test_no_difference_of_shown_counts_is_small(rows: list[dict[str, int]]) -> None:
    total = {name: sum(row[name] for row in rows) for name in COUNTED}
    in_total = hidden_counts(total, WHOLES)
    hidden = hidden_in_breakdown(total, rows, WHOLES, adding_up(Breakdown.TIER))
    for counts, kept in [(total, in_total), *zip(rows, hidden.rows, strict=True)]:
        assert not any(is_small(counts[name]) for name in COUNTED if name not in kept)
        for whole in WHOLES:
            assert not (whole.is_told(kept) and is_small(whole.rest(counts))), whole
    for name in set(COUNTED) - in_total:
        told = [row[name] for row, kept in zip(rows, hidden.rows, strict=True) if name not in kept]
        assert not is_small(total[name] - sum(told)) or name in hidden.withheld
        assert len(rows) - len(told) != 1 or not any(is_small(row[name]) for row in rows) or name in hidden.withheld
    for whole in WHOLES:
        if whole.is_told(in_total) and not hidden.withheld & {whole.name, *whole.parts}:
            rest = [whole.rest(row) for row, kept in zip(rows, hidden.rows, strict=True) if whole.is_told(kept)]
            assert not is_small(whole.rest(total) - sum(rest)), whole


def test_terms_do_not_add_up_where_a_placement_runs_in_several() -> None:
    assert set(COUNTED) - set(adding_up(Breakdown.TERM)) == {"placements", "dual_registered"}
    assert adding_up(Breakdown.PROVIDER) == COUNTED
    assert all({each.name, *each.parts} <= set(COUNTED) for each in WHOLES)
    assert len(list(combinations(COUNTED, 2))) > len(WHOLES)
