"""One test over many cases that are cheap to try: it names each that fails, without the cost of a test for each."""

from collections.abc import Callable, Iterable
from typing import Any


def of_each(cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Of a check that takes a case: a text, or the values of a `pytest.param`."""
    found = [(case.id, case.values) if hasattr(case, "values") else (case, (case,)) for case in cases]

    def over_all(check: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            faults = []
            for name, values in found:
                try:
                    check(*values)
                except AssertionError as fault:
                    faults.append(f"{name}: {fault}")
            assert found, "there is nothing to check"
            assert not faults, "\n".join(faults)

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return over_all
