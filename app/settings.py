"""Every setting of the service, typed and explained. No other module reads the environment."""

import os
import re
from functools import lru_cache
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SANDBOX_PEPPER = "sandbox-pepper-that-protects-nothing-but-synthetic-children"
SANDBOX_TOKEN_SECRET = "sandbox-token-secret-that-protects-nothing-but-synthetic-children"  # noqa: S105

SANDBOX_WEBHOOK_KEY = "sandbox-webhook-key-that-protects-nothing-but-synthetic-children"

NOWHERE = "waymark.invalid"

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NOTIFY_KEY = re.compile(f".+-{_UUID}-{_UUID}")


class Settings(BaseSettings):
    """Read once at start. Each field is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    environment: Literal["sandbox", "live"] = Field(
        "sandbox", description="`live` refuses the sandbox's secrets, clock and test keys."
    )
    database_url: str = Field("", repr=False, description="Application role: neither owner nor BYPASSRLS.")
    database_worker_url: str = Field(
        "",
        repr=False,
        description="Worker role, with policies of its own for the sweeps. The API needs it in a sandbox only.",
    )
    database_owner_url: str = Field("", repr=False, description="Owner role: migrations and the command line only.")
    database_pool_size: int = Field(10, ge=1, le=200, description="Connections a process keeps.")
    database_pool_wait_seconds: float = Field(0.5, gt=0, le=30, description="Then 503 with Retry-After.")
    database_accepts_unsafe: bool = Field(
        False, description="Accept fsync or synchronous_commit off. For throw-away test servers only."
    )

    port: int = Field(8000, ge=1, le=65535, description="Where `waymark run` serves.")
    waymark_stop_with_parent: bool = Field(False, description="`waymark run` ends with the program that started it.")

    key_pepper: SecretStr = Field(SecretStr(SANDBOX_PEPPER), description="Keys are stored as HMAC under it.")
    token_secrets: dict[str, SecretStr] = Field(
        default_factory=lambda: {"sandbox": SecretStr(SANDBOX_TOKEN_SECRET)},
        description='JSON object, key id to secret of at least 32 bytes: {"2026-11": "…"}. Any of them verifies.',
    )
    token_signing_key_id: str = Field("sandbox", description="Which of token_secrets signs new tokens.")
    token_issuer: str = Field(f"https://{NOWHERE}", description="`iss` and `aud` of access tokens.")
    cursor_secret: SecretStr = Field(SecretStr(SANDBOX_PEPPER), description="Signs page cursors.")

    webhook_keys: dict[str, SecretStr] = Field(
        default_factory=lambda: {"sandbox": SecretStr(SANDBOX_WEBHOOK_KEY)},
        description='JSON object, key id to at least 32 bytes: {"2026-11": "…"}. Webhook secrets are encrypted so.',
    )
    webhook_sealing_key_id: str = Field("sandbox", description="Which of webhook_keys encrypts new webhook secrets.")
    webhook_private_receivers: bool = Field(
        False,
        description="Send webhooks by http and to private addresses too. For a sandbox on one's own machine only.",
    )

    max_body_bytes: int = Field(256 * 1024, description="Largest request body in bytes.")
    max_bulk_body_bytes: int = Field(2 * 1024 * 1024, description="Largest body of a bulk submission in bytes.")
    max_in_flight: int = Field(200, description="Requests at once per process; beyond it 503.")
    rate_per_second: float = Field(50, gt=0, description="Requests a second per client and process, sustained.")
    rate_burst: int = Field(200, gt=0, description="Requests a client may send at once.")
    body_seconds: float = Field(10, gt=0, description="How long a body may take to arrive, in seconds.")

    attachments_folder: str = Field(
        "var/attachments",
        description="Where attached files are kept unless a bucket is named. API and worker share it.",
    )
    attachments_s3_bucket: str = Field("", description="A bucket of an S3-compatible store, in place of the folder.")
    attachments_s3_prefix: str = Field("", description="What every key in the bucket begins with, where it is shared.")
    attachments_s3_region: str = Field("eu-west-2", description="The bucket's region.")
    attachments_s3_endpoint: str = Field("", description="Where the store is, unless it is Amazon's: https://…")
    attachments_s3_access_key_id: str = Field(
        "", repr=False, description="Left out with its secret, the credentials are those of the machine's own role."
    )
    attachments_s3_secret_access_key: SecretStr = Field(SecretStr(""), description="The secret of the key above.")

    events_kept_days: int = Field(90, ge=30, le=3650, description="How long the feed of events goes back.")

    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:port. Without it and Notify a sandbox keeps its mails."
    )
    mail_from: str = Field(f"no-reply@{NOWHERE}", description="Sender of every email that goes by SMTP.")
    notify_api_key: SecretStr = Field(SecretStr(""), description="GOV.UK Notify, instead of SMTP: name-service-secret.")
    notify_template_id: str = Field("", description="An email template with ((subject)) and ((body)).")
    notify_url: str = Field("https://api.notifications.service.gov.uk", description="Where Notify is.")

    @field_validator("database_url", "database_worker_url", "database_owner_url")
    @classmethod
    def _names_the_driver(cls, url: str) -> str:
        """`postgresql://` is what most platforms hand out."""
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @model_validator(mode="after")
    def _live_is_set_up(self) -> "Settings":
        """A live service does not start on what belongs to the sandbox, nor without a way to send its alerts."""
        if self.environment == "live":
            secrets = [self.key_pepper, self.cursor_secret, *self.token_secrets.values(), *self.webhook_keys.values()]
            sandboxes = (SANDBOX_PEPPER, SANDBOX_TOKEN_SECRET, SANDBOX_WEBHOOK_KEY)
            if any(s.get_secret_value() in sandboxes for s in secrets):
                raise ValueError(
                    "a live service needs its own KEY_PEPPER, CURSOR_SECRET, TOKEN_SECRETS and WEBHOOK_KEYS"
                )
            if self.webhook_private_receivers:
                raise ValueError("WEBHOOK_PRIVATE_RECEIVERS is for a sandbox only")
            if self.keeps_mails:
                raise ValueError("a live service needs SMTP_URL or NOTIFY_API_KEY: alerts go out by email")
            if NOWHERE in self.token_issuer or (NOWHERE in self.mail_from and not self.uses_notify):
                raise ValueError("a live service needs its own MAIL_FROM and TOKEN_ISSUER")
        return self

    @model_validator(mode="after")
    def _webhook_keys_seal(self) -> "Settings":
        if self.webhook_sealing_key_id not in self.webhook_keys:
            raise ValueError("WEBHOOK_SEALING_KEY_ID must name one of WEBHOOK_KEYS")
        if any(len(key.get_secret_value().encode()) < 32 for key in self.webhook_keys.values()):
            raise ValueError("each of WEBHOOK_KEYS needs at least 32 bytes")
        return self

    @model_validator(mode="after")
    def _one_way_for_emails(self) -> "Settings":
        if bool(self.notify_api_key.get_secret_value()) != bool(self.notify_template_id):
            raise ValueError("set both NOTIFY_API_KEY and NOTIFY_TEMPLATE_ID, or neither")
        if self.uses_notify and self.smtp_url.get_secret_value():
            raise ValueError("set SMTP_URL or NOTIFY_API_KEY, not both")
        if self.uses_notify and not _NOTIFY_KEY.fullmatch(self.notify_api_key.get_secret_value()):
            raise ValueError("NOTIFY_API_KEY is not of the form name-service-secret, the last two of them UUIDs")
        return self

    @model_validator(mode="after")
    def _one_store_for_attachments(self) -> "Settings":
        if bool(self.attachments_s3_access_key_id) != bool(self.attachments_s3_secret_access_key.get_secret_value()):
            raise ValueError("set both ATTACHMENTS_S3_ACCESS_KEY_ID and its secret, or neither")
        if self.environment == "live" and self.attachments_s3_endpoint.startswith("http://"):
            raise ValueError("ATTACHMENTS_S3_ENDPOINT must be https: what is attached is about children")
        return self

    @property
    def uses_notify(self) -> bool:
        return bool(self.notify_api_key.get_secret_value())

    @property
    def keeps_mails(self) -> bool:
        """Whether emails go nowhere, since neither way is set: a sandbox keeps them to be read."""
        return not self.uses_notify and not self.smtp_url.get_secret_value()

    @property
    def is_sandbox(self) -> bool:
        return self.environment == "sandbox"


@lru_cache
def settings() -> Settings:
    return Settings()


def inherited_environment() -> dict[str, str]:
    """The environment as it is, to be handed on to the programs that this one starts."""
    return dict(os.environ)
