"""The token endpoint: client credentials in, a short-lived access token out (RFC 6749 section 4.4).

It takes a form, as the standard says, and answers in the standard's own error words, inside our problem document.
"""

from base64 import b64decode
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request

from app.access import keys
from app.access.assembly import pepper_of
from app.access.authentication import is_live
from app.access.scopes import KNOWN_SCOPES
from app.clock import utc_now
from app.problems import BadRequest, Unauthenticated, UnsupportedMediaType
from app.schemas.oauth import AccessToken

router = APIRouter(prefix="/v1", tags=["oauth"])

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "client_id": {"type": "string", "format": "uuid", "maxLength": 36},
                        "client_secret": {"type": "string", "maxLength": 200},
                        "scope": {"type": "string", "maxLength": 2000},
                    },
                },
                "example": {"grant_type": "client_credentials", "scope": "attendance:write"},
            }
        },
    }
}


@router.post("/oauth/token", operation_id="create_token", openapi_extra=_FORM)
async def create_token(request: Request) -> AccessToken:
    """Exchanges client credentials, in the form or as HTTP Basic, for an access token of at most 15 minutes."""
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        raise BadRequest("`grant_type` must be client_credentials.", error="unsupported_grant_type")
    client_id, secret = _credentials(request, form)
    settings, now = request.app.state.settings, utc_now()
    parsed = keys.parse(secret)
    environment = request.app.state.authenticator.environment
    if parsed is None or (parsed.kind, parsed.environment) != (keys.CredentialKind.CLIENT_SECRET, environment):
        raise Unauthenticated
    async with request.app.state.sessions() as session:
        found = await request.app.state.authenticator.by_secret(
            session, parsed.public_id, keys.digest(parsed.secret, pepper_of(settings))
        )
    if found is None or found.credential_kind != parsed.kind or not is_live(found, now):
        raise Unauthenticated
    if str(found.client_id) != client_id:
        raise Unauthenticated
    granted = _granted(form.get("scope"), found.scopes)
    token = request.app.state.token_issuer.issue(found.client_id, parsed.public_id, now, scope=granted)
    return AccessToken(
        access_token=token.text,
        token_type="Bearer",  # noqa: S106 (the kind of token, not a secret)
        expires_in=token.expires_in,
        scope=granted,
    )


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType("The token endpoint reads application/x-www-form-urlencoded.")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=10,
        )
    except ValueError:
        raise BadRequest("The form is not valid.", error="invalid_request") from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise BadRequest("A form field is given twice.", error="invalid_request")
    return dict(pairs)


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    if "client_secret" in form:
        raise BadRequest("Send the credentials once: in the form or as Basic.", error="invalid_request")
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode("ascii").partition(":")
    except ValueError:
        raise Unauthenticated from None
    return unquote_plus(client_id), unquote_plus(secret)


def _granted(asked: str | None, held: list[str]) -> str:
    """The scopes asked for, all of which the client must hold; without asking, all it holds."""
    known = KNOWN_SCOPES.intersection(held)
    wanted = set(asked.split()) if asked else known
    if not wanted <= known:
        raise BadRequest("The client does not hold every scope asked for.", error="invalid_scope")
    return " ".join(sorted(wanted))
