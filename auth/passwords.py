"""密码: Argon2id hashes, made and compared in threads of their own, of which there are few: each takes 64 MiB."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from unicodedata import normalize

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from storage.sign_in import CheckedPassword

ResultT = TypeVar("ResultT")

_AT_ONCE = 2
_NOBODYS_PASSWORD = "Nobody has this 1"  # noqa: S105 # it opens nothing: no account has its hash


class Passwords:
    """Parameters are those of RFC 9106, section 4, for 64 MiB, unless a hasher with others is given."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hashing = PasswordHash((hasher or Argon2Hasher(),))
        self._threads = ThreadPoolExecutor(_AT_ONCE, "passwords")
        self._nobodys: str | None = None

    async def hashed(self, password: str) -> str:
        return await self._in_thread(partial(self._hashing.hash, _normal(password)))

    async def compared(self, password: str, stored: str | None) -> CheckedPassword:
        """With no hash to compare with it is compared all the same, and takes as long, and is wrong."""
        if self._nobodys is None:
            self._nobodys = await self.hashed(_NOBODYS_PASSWORD)
        against = self._nobodys if stored is None else stored
        right, updated = await self._in_thread(partial(self._hashing.verify_and_update, _normal(password), against))
        if stored is None:
            return CheckedPassword(right=False, compared_with="", updated_hash="")
        return CheckedPassword(right, stored, updated or stored)

    async def _in_thread(self, work: "partial[ResultT]") -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _normal(password: str) -> str:
    """The same characters, however a keyboard composes them."""
    return normalize("NFC", password)
