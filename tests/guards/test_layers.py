"""Where things live. Who may import whom is import-linter's to say, in pyproject.toml."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.guards.of_each import of_each

APP = Path(__file__).resolve().parents[2] / "app"
FILES = sorted(APP.rglob("*.py"))
NAMES = [str(path.relative_to(APP)) for path in FILES]

LONGEST_FILE = 300
LONGEST_FUNCTION = 50

# Shrinking lists: take entries out, put none in.
LONG_FILES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
SELECTS_ELSEWHERE = {"services/sandbox_keys.py", "services/sandbox_seed.py"}
# Reads written out as SQL: what no caller asked for, or what is no tenant's.
SQL_ELSEWHERE = {
    "db/engine.py",
    "outbox/recording.py",
    "routers/operations.py",
    "services/absconding_alerts_attempts.py",
    "services/audit_seals.py",
    "services/duties_action_plans.py",
    "services/duties_agreements.py",
    "services/duties_alerts.py",
    "services/duties_attachments.py",
    "services/duties_attendance.py",
    "services/duties_early_departures.py",
    "services/duties_emails.py",
    "services/duties_clocks.py",
    "services/duties_part_time_plans.py",
    "services/duties_expiries.py",
    "services/duties_placements.py",
    "services/duties_qa_returns.py",
    "services/duties_qa_visits.py",
    "services/duties_severance.py",
    "services/duties_referrals.py",
    "services/duties_suggestions.py",
    "services/duties_suspensions.py",
    "services/duties_sustained.py",
    "services/expected_sessions_writing.py",
    "services/pruning.py",
}
# Queries without a caller: they go on from what one with a caller has found, or are the worker's own.
WITHOUT_CALLER = {
    "queries/absconding_alerts.py": {"notification_of", "alert_files", "police_contacts"},
    "queries/absconding_alerts_delivery.py": {"deliveries_of"},
    "queries/attachments_erasing.py": {"due_erasures", "kept_attachments", "known_keys"},
    "queries/attendance_marks.py": {"calendars_of", "is_unresolved", "standing_mark"},
    "queries/register_codes.py": {"entered_since"},
    "queries/action_plans.py": {"of_source", "review_overdue"},
    "queries/actions.py": {"is_overdue"},
    "queries/concerns.py": {"is_overdue"},
    "queries/agreements.py": {
        "agreements_of",
        "agreed_ends",
        "asked_changed_since",
        "asked_with_state",
        "open_requests",
    },
    "queries/api_clients.py": {"live_credentials", "credentials_of"},
    "queries/audit_seals.py": {
        "unsealed_organisations",
        "unsealed_entries",
        "last_seal",
        "sealed_organisations",
        "seals_of",
        "entries_between",
    },
    "queries/award_suspensions.py": {"suspended_on", "with_state", "changed_since"},
    "queries/calendars.py": {"school_calendars", "school_calendar"},
    "queries/calendars_following.py": {"calendars_to_follow", "placements_governed"},
    "queries/clocks.py": {
        "placements_to_sweep",
        "categories_of",
        "exclusions_of",
        "plans_of",
        "weekly_sessions_of",
        "thresholds_reached",
        "among",
    },
    "queries/directory.py": {
        "entries",
        "sites_of",
        "is_council",
        "identifiers_of",
        "keeps_its_own_entry",
        "with_identifier",
    },
    "queries/directory_entries.py": {"entry_of"},
    "queries/directory_sites.py": {"provider_sites", "provider_site", "number_of_sites"},
    "queries/framework_windows.py": {"with_state", "changed_since"},
    "queries/imports.py": {"imports_due"},
    "queries/insurance_certificates.py": {"with_state", "changed_since"},
    "queries/lot_awards.py": {"with_state", "changed_since", "as_lot", "as_award"},
    "queries/double_timetabling.py": {"clashing_sessions", "clashing_sessions_as"},
    "queries/child_naming.py": {"child_named_for"},
    "queries/email_content.py": {
        "unsent_emails",
        "email_again",
        "recipient_of",
        "sessions_told",
        "sessions_owed",
        "listed_at",
    },
    "queries/expected_sessions.py": {"with_state", "begins_after", "changed_or_missing_since"},
    "queries/ledger_sources.py": {"ledger_sources", "ledger_rows", "commissioned_by_councils", "open_suspensions"},
    "queries/host_school_checks.py": {"check_changed_at", "is_corrected"},
    "queries/oversight.py": {"councils_overseeing"},
    "queries/part_time_plans.py": {
        "with_state",
        "changed_since",
        "standing_plans",
        "extensions_of",
        "reviews_of",
        "timetabled_in",
    },
    "queries/placements.py": {
        "slots_of",
        "timetables_in",
        "timetables_of",
        "with_status",
        "status_moved_since",
        "councils_of",
    },
    "queries/progress_reports.py": {"report_for"},
    "queries/report_forms.py": {"is_current", "changed_since", "latest_edition"},
    "queries/report_targets.py": {"as_target"},
    "queries/provider_assurance.py": {"in_state", "turned_between"},
    "queries/qa_visits.py": {"audience_of", "is_overdue", "joined_partners"},
    "queries/referral_offers.py": {"changed_since"},
    "queries/referrals.py": {"with_state", "offered_to", "changed_since"},
    "queries/safeguarding_confirmations.py": {"with_state", "with_renewal_needed", "changed_since"},
    "queries/sandbox.py": {"sandboxes_to_sweep", "providers_expecting"},
    "queries/suspensions.py": {
        "with_state",
        "changed_since",
        "standing_suspensions",
        "first_session_of",
        "suspension_moved_since",
    },
    "queries/terminations.py": {"with_state", "changed_since", "standing_notices"},
    "queries/toolkit_assessments.py": {"entries_of"},
    "queries/vacancies.py": {"places_free"},
    "queries/webhook_deliveries.py": {"attempts_of"},
    "queries/webhook_endpoints.py": {"signing_secrets"},
    "queries/webhook_sending.py": {
        "horizon",
        "endpoints_behind",
        "free_endpoint",
        "stretch_behind",
        "due_deliveries",
        "sealed_secrets",
        "locked_for_outcome",
    },
}

# The one place each where a transaction ends; the edge for requests, the others for what no request asked for.
COMMITS = {
    "web/edge.py",
    "cli_database.py",
    "worker.py",
    "services/duties.py",
    "services/absconding_alerts_delivery.py",
    "services/email_sending.py",
    "services/imports_running.py",
    "services/webhook_sending.py",
    "services/sandbox_scenarios.py",
}
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


def sql_reads(name: str) -> Iterator[str]:
    """What a file hands to `text(...)` that reads from a table."""
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
            parts = [c.value for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, str)]
            written = " ".join("".join(parts).split()).lower()
            if " from " in written and not written.startswith("delete"):
                yield written


def without_caller(name: str) -> set[str]:
    """The functions that a file offers which do not begin with the caller."""
    functions = [n for n in tree_of(name).body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {
        each.name
        for each in functions
        if not each.name.startswith("_") and [a.arg for a in each.args.args][:1] != ["caller"]
    }


@of_each(NAMES)
def test_a_file_is_short_and_so_are_its_functions(name: str) -> None:
    lines = (APP / name).read_text().count("\n")
    assert lines <= LONGEST_FILE or name in LONG_FILES, f"{lines} lines: split it by verb"
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            long = (node.end_lineno or 0) - node.lineno + 1
            place = f"{name}:{node.name}"
            assert long <= LONGEST_FUNCTION or place in LONG_FUNCTIONS, f"{place} has {long} lines"


def test_the_lists_of_exceptions_hold_nothing_needless() -> None:
    for name in LONG_FILES | SELECTS_ELSEWHERE | SQL_ELSEWHERE | COMMITS | WITHOUT_CALLER.keys():
        assert (APP / name).exists(), f"take {name} from the list"
    for name in LONG_FILES:
        assert (APP / name).read_text().count("\n") > LONGEST_FILE, f"take {name} from the list"
    for name in SELECTS_ELSEWHERE:
        assert "select" in set(calls(name)), f"take {name} from the list"
    for name in SQL_ELSEWHERE:
        assert list(sql_reads(name)), f"take {name} from the list"
    for name in COMMITS:
        assert "commit" in set(calls(name)), f"take {name} from the list"
    for name, functions in WITHOUT_CALLER.items():
        assert functions <= without_caller(name), f"take {functions - without_caller(name)} from the list"


@of_each(NAMES)
def test_only_queries_select(name: str) -> None:
    if not name.startswith(SELECTS) and name not in SELECTS_ELSEWHERE:
        assert "select" not in set(calls(name)), "move the statement to app/queries, with the caller as first argument"


@of_each(NAMES)
def test_only_queries_read_by_sql(name: str) -> None:
    if not name.startswith(SELECTS) and name not in SQL_ELSEWHERE:
        assert not list(sql_reads(name)), "move the statement to app/queries, with the caller as first argument"


@of_each(NAMES)
def test_only_the_edge_commits(name: str) -> None:
    if name not in COMMITS:
        assert "commit" not in set(calls(name)), "the edge commits; flush() where an id or constraint matters"


@of_each(NAMES)
def test_problems_are_raised_not_http_exceptions(name: str) -> None:
    if not name.startswith("web/"):
        used = {node.id for node in ast.walk(tree_of(name)) if isinstance(node, ast.Name)}
        assert not used & {"HTTPException", "BackgroundTasks"}, "raise a Problem; BackgroundTasks are lost on a kill"


@of_each(NAMES)
def test_only_the_clock_reads_the_time(name: str) -> None:
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"} and name != "clock.py":
            of = node.value
            owner = of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
            assert owner not in {"datetime", "date"}, "ask app.clock, or take the time as an argument"


@of_each(NAMES)
def test_a_file_is_a_noun(name: str) -> None:
    assert not set(Path(name).stem.split("_")) & MEANINGLESS_NAMES


@of_each([n for n in NAMES if n.startswith(("models/", "routers/"))])
def test_annotations_are_real_in_models_and_routers(name: str) -> None:
    futures = [n for n in tree_of(name).body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    assert not futures, "annotations as text break list relationships and dependencies"


@of_each([n for n in NAMES if n.startswith("routers/") and "__init__" not in n])
def test_a_feature_has_the_same_name_in_every_layer(name: str) -> None:
    stem = Path(name).stem
    if stem in ROUTER_ALONE:
        return
    known = {Path(n).stem for n in NAMES if n.startswith(("schemas/", "services/", "queries/"))}
    assert stem in known, f"no other layer has a {stem}.py: name the feature alike everywhere"


@of_each([n for n in NAMES if n.startswith("queries/") and "__init__" not in n])
def test_queries_take_the_caller_first(name: str) -> None:
    for node in tree_of(name).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert "caller" not in [a.arg for a in node.args.args][1:], f"{node.name}: the caller comes first"
    if name != "queries/administration.py":
        unknown = without_caller(name) - WITHOUT_CALLER.get(name, set())
        assert not unknown, f"{unknown}: take the caller first, and let it see only what is its own"


def test_every_router_is_registered() -> None:
    told = (APP / "routers" / "__init__.py").read_text()
    for name in NAMES:
        stem = Path(name).stem
        if name.startswith("routers/") and stem != "__init__":
            assert f"{stem}.router" in told, f"register {stem} in app/routers/__init__.py"
