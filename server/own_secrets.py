"""The secrets that the settings name. They are apart from the server, so that commands need not load all of it."""

from auth.secret_files import secret_at
from auth.signing_keys import signing_keys_at
from auth.tokens import TokenAuthority
from server.settings import Settings


def token_authority(settings: Settings) -> TokenAuthority:
    return TokenAuthority(signing_keys_at(settings.signing_key), settings.issuer, settings.audience)


def secret_of(settings: Settings) -> bytes:
    return secret_at(settings.secret, "DENGTA_SECRET_FILE")
