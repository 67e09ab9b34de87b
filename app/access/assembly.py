"""Puts the parts of authentication together from the settings, once at start."""

from app.access.authentication import Authenticator
from app.access.keys import Environment
from app.access.tokens import SigningKeys, TokenIssuer, TokenVerifier
from app.settings import Settings


def environment_of(settings: Settings) -> Environment:
    return Environment.TEST if settings.is_sandbox else Environment.LIVE


def pepper_of(settings: Settings) -> bytes:
    return settings.key_pepper.get_secret_value().encode()


def make_authenticator(settings: Settings) -> Authenticator:
    tokens = TokenVerifier(_keys(settings), issuer=settings.token_issuer, audience=settings.token_issuer)
    return Authenticator(pepper_of(settings), tokens, environment_of(settings))


def make_token_issuer(settings: Settings) -> TokenIssuer:
    return TokenIssuer(_keys(settings), issuer=settings.token_issuer, audience=settings.token_issuer)


def _keys(settings: Settings) -> SigningKeys:
    secrets = {key_id: s.get_secret_value().encode() for key_id, s in settings.token_secrets.items()}
    return SigningKeys(secrets, settings.token_signing_key_id)
