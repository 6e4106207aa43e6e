"""Who signs tokens, by the settings. Apart from the server, so that commands need not load all of it."""

from auth.signing_keys import signing_keys_at
from auth.tokens import TokenAuthority
from server.settings import Settings


def token_authority(settings: Settings) -> TokenAuthority:
    return TokenAuthority(signing_keys_at(settings.signing_key), settings.issuer, settings.audience)
