"""图形验证码: the pictures that have been shown and not answered yet."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from storage.engine import Database
from storage.models import Captcha
from storage.writing import WriteSession


async def add_captcha(session: WriteSession, captcha_id: str, answer_hash: str, expires_at: datetime) -> None:
    await session.execute(insert(Captcha).values(id=captcha_id, answer_hash=answer_hash, expires_at=expires_at))


async def captcha_is_open(database: Database, captcha_id: str, now: datetime) -> bool:
    """Whether it can still be answered."""
    return await database.row(select(Captcha.id).where(Captcha.id == captcha_id, Captcha.expires_at > now)) is not None


async def take_captcha(session: WriteSession, captcha_id: str, now: datetime) -> str | None:
    """The hash of its answer, once: whatever comes of it, the row is gone."""
    taken = delete(Captcha).where(Captcha.id == captcha_id).returning(Captcha.answer_hash, Captcha.expires_at)
    row = await session.row(taken)
    return None if row is None or row[1] <= now else row[0]
