"""秘密: values of settings that nobody may read, from the environment or, better, from files."""

from pathlib import Path

from pydantic import SecretStr


class SecretValueError(Exception):
    """The file that is to hold a secret cannot be read."""


def secret_value(value: SecretStr | None, file: Path | None, variable: str) -> str | None:
    """The file goes before the value; `variable` is the setting that names it."""
    if file is None:
        return value.get_secret_value() if value else None
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretValueError(
            f"The file {file} that {variable} names cannot be read ({type(error).__name__}). It must hold the "
            "secret alone."
        ) from error
