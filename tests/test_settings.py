"""A live service starts on nothing that belongs to the sandbox, and a setting's secret is not printed."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings

LIVE: dict[str, Any] = {
    "environment": "live",
    "key_pepper": "p" * 64,
    "cursor_secret": "c" * 64,
    "token_secrets": {"2026-11": "t" * 64},
    "token_signing_key_id": "2026-11",
    "webhook_keys": {"2026-11": "w" * 64},
    "webhook_sealing_key_id": "2026-11",
    "token_issuer": "https://waymark.example.org",
    "smtp_url": "smtps://alerts:hunter2@mail.example.org",
    "mail_from": "alerts@example.org",
}


def test_a_live_service_with_everything_of_its_own_starts() -> None:
    assert not Settings(**LIVE).is_sandbox


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("key_pepper", "KEY_PEPPER"),
        ("cursor_secret", "CURSOR_SECRET"),
        ("token_secrets", "TOKEN_SECRETS"),
        ("webhook_keys", "WEBHOOK_KEYS"),
        ("smtp_url", "SMTP_URL"),
        ("mail_from", "MAIL_FROM"),
        ("token_issuer", "TOKEN_ISSUER"),
    ],
)
def test_a_live_service_does_not_start_without(missing: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings(**{name: value for name, value in LIVE.items() if name != missing})


NOTIFY = {
    "notify_api_key": "waymark-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0",
    "notify_template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a",
}
BY_NOTIFY = {name: value for name, value in LIVE.items() if name not in {"smtp_url", "mail_from"}} | NOTIFY


def test_a_live_service_may_send_by_notify_instead() -> None:
    settings = Settings(**BY_NOTIFY)
    assert settings.uses_notify
    assert not settings.keeps_mails
    assert "3d844edf" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"smtp_url": "smtps://mail.example.org"}, "not both", id="two ways"),
        pytest.param({"notify_template_id": ""}, "NOTIFY_TEMPLATE_ID", id="no template"),
        pytest.param({"notify_api_key": ""}, "NOTIFY_API_KEY", id="no key"),
        pytest.param({"notify_api_key": "waymark-secret"}, "name-service-secret", id="a key of another form"),
    ],
)
def test_a_service_that_could_not_send_does_not_start(changes: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings(**BY_NOTIFY | changes)


def test_only_a_sandbox_sends_webhooks_to_private_addresses() -> None:
    assert not Settings(**LIVE).webhook_private_receivers
    assert Settings(webhook_private_receivers=True).webhook_private_receivers
    with pytest.raises(ValidationError, match="WEBHOOK_PRIVATE_RECEIVERS"):
        Settings(**LIVE, webhook_private_receivers=True)


@pytest.mark.parametrize("changes", [{"webhook_keys": {"2026-11": "short"}}, {"webhook_sealing_key_id": "2027-01"}])
def test_webhook_keys_that_cannot_seal_are_refused_at_the_start(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="WEBHOOK_"):
        Settings(**LIVE | changes)


def test_no_password_is_printed_with_the_settings() -> None:
    address = "postgresql+psycopg://waymark:hunter2@database/waymark"
    settings = Settings(**LIVE, database_url=address, database_worker_url=address, database_owner_url=address)
    assert "hunter2" not in repr(settings) + str(settings)


def test_who_composes_the_service_must_say_what_it_is() -> None:
    composed = (Path(__file__).parents[1] / "compose.yaml").read_text()
    assert composed.count("ENVIRONMENT: ${ENVIRONMENT:?") == 2
