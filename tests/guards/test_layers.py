"""Where things live. Who may import whom is import-linter's to say, in pyproject.toml."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "app"
FILES = sorted(APP.rglob("*.py"))
NAMES = [str(path.relative_to(APP)) for path in FILES]

LONGEST_FILE = 300
LONGEST_FUNCTION = 50

# Shrinking lists: take entries out, put none in.
LONG_FILES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
SELECTS_ELSEWHERE = {"services/sandbox_keys.py", "services/sandbox_seed.py"}

# The one place each where a transaction ends; the edge for requests, the others for what no request asked for.
COMMITS = {
    "web/edge.py",
    "cli.py",
    "worker.py",
    "services/sandbox_seed.py",
    "services/duties.py",
    "services/absconding_alerts_delivery.py",
}
COMMITTING_FOLDERS = ("worker/", "duties/")
SELECTS = ("queries/", "access/")
# Features with a router alone.
ROUTER_ALONE = {"docs"}
MEANINGLESS_NAMES = {"utils", "helpers", "common", "base", "manager", "misc", "service"}


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse((APP / name).read_text())


def calls(name: str) -> Iterator[str]:
    """The names of what a file calls: `select` for select(...), `commit` for session.commit()."""
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                yield called.id
            elif isinstance(called, ast.Attribute):
                yield called.attr


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_short_and_so_are_its_functions(name: str) -> None:
    lines = (APP / name).read_text().count("\n")
    assert lines <= LONGEST_FILE or name in LONG_FILES, f"{lines} lines: split it by verb"
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            long = (node.end_lineno or 0) - node.lineno + 1
            place = f"{name}:{node.name}"
            assert long <= LONGEST_FUNCTION or place in LONG_FUNCTIONS, f"{place} has {long} lines"


def test_the_lists_of_exceptions_hold_nothing_needless() -> None:
    for name in LONG_FILES | SELECTS_ELSEWHERE:
        assert (APP / name).exists(), f"take {name} from the list"
    for name in LONG_FILES:
        assert (APP / name).read_text().count("\n") > LONGEST_FILE, f"take {name} from the list"
    for name in SELECTS_ELSEWHERE:
        assert "select" in set(calls(name)), f"take {name} from the list"


@pytest.mark.parametrize("name", NAMES)
def test_only_queries_select(name: str) -> None:
    if not name.startswith(SELECTS) and name not in SELECTS_ELSEWHERE:
        assert "select" not in set(calls(name)), "move the statement to app/queries, with the caller as first argument"


@pytest.mark.parametrize("name", NAMES)
def test_only_the_edge_commits(name: str) -> None:
    if name not in COMMITS and not name.startswith(COMMITTING_FOLDERS):
        assert "commit" not in set(calls(name)), "the edge commits; flush() where an id or constraint matters"


@pytest.mark.parametrize("name", NAMES)
def test_problems_are_raised_not_http_exceptions(name: str) -> None:
    if not name.startswith("web/"):
        used = {node.id for node in ast.walk(tree_of(name)) if isinstance(node, ast.Name)}
        assert not used & {"HTTPException", "BackgroundTasks"}, "raise a Problem; BackgroundTasks are lost on a kill"


@pytest.mark.parametrize("name", NAMES)
def test_only_the_clock_reads_the_time(name: str) -> None:
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"} and name != "clock.py":
            of = node.value
            owner = of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
            assert owner not in {"datetime", "date"}, "ask app.clock, or take the time as an argument"


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_a_noun(name: str) -> None:
    assert not set(Path(name).stem.split("_")) & MEANINGLESS_NAMES


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith(("models/", "routers/"))])
def test_annotations_are_real_in_models_and_routers(name: str) -> None:
    futures = [n for n in tree_of(name).body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    assert not futures, "annotations as text break list relationships and dependencies"


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("routers/") and "__init__" not in n])
def test_a_feature_has_the_same_name_in_every_layer(name: str) -> None:
    stem = Path(name).stem
    if stem in ROUTER_ALONE:
        return
    known = {Path(n).stem for n in NAMES if n.startswith(("schemas/", "services/", "queries/"))}
    assert stem in known, f"no other layer has a {stem}.py: name the feature alike everywhere"


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("queries/") and "__init__" not in n])
def test_queries_take_the_caller_first(name: str) -> None:
    if name == "queries/administration.py":
        return
    for node in tree_of(name).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            taken = [a.arg for a in node.args.args]
            assert "caller" not in taken[1:], f"{node.name}: the caller comes first"


def test_every_router_is_registered() -> None:
    told = (APP / "routers" / "__init__.py").read_text()
    for name in NAMES:
        stem = Path(name).stem
        if name.startswith("routers/") and stem != "__init__":
            assert f"{stem}.router" in told, f"register {stem} in app/routers/__init__.py"
