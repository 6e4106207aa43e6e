"""授权码: new activation codes on their way to the holders of accounts, by message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from auth.one_time_codes import hashed_code, new_activation_code
from domain.messages import activation_text
from resolvers.officers import Officer
from storage.account_writing import NewActivationCode, put_activation_codes
from storage.messages import OutgoingMessage, queue_messages
from storage.writing import WriteSession

GOOD_FOR_DAYS = 7


@dataclass(frozen=True, slots=True)
class Holder:
    account_id: int
    phone: str


async def send_activation_codes(
    session: WriteSession, officer: Officer, holders: Sequence[Holder]
) -> Mapping[int, str]:
    """Account's id → its new code; the former one is void. Codes and messages are there once the transaction is."""
    now = officer.clock()
    expires_at = now + timedelta(days=GOOD_FOR_DAYS)
    codes = {holder.account_id: new_activation_code() for holder in holders}
    keys = {holder.account_id: f"activation-code:{holder.account_id}:{token_hex(8)}" for holder in holders}
    issued = [NewActivationCode(key, hashed_code(code, officer.code_key), keys[key]) for key, code in codes.items()]
    await put_activation_codes(session, issued, now, expires_at)
    await queue_messages(
        session,
        [
            OutgoingMessage(
                keys[holder.account_id],
                holder.phone,
                "activation-code",
                activation_text(codes[holder.account_id], GOOD_FOR_DAYS),
                expires_at=expires_at,
            )
            for holder in holders
        ],
    )
    return codes
