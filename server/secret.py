from auth.secret_files import secret_at
from server.settings import Settings


def secret_of(settings: Settings) -> bytes:
    """From which the keys of this server are derived; made at the first use."""
    return secret_at(settings.secret, "DENGTA_SECRET_FILE")
