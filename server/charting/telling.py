"""What every chart tells alike, in the reader's language."""

from dataclasses import dataclass
from datetime import datetime

from domain.clock import SHANGHAI
from domain.errors import Message

TOTAL = Message("合计", "Total")
BELOW = Message("各下级组织", "Organisations below")
_DIRECTLY = Message("{name}（直属）", "{name} (directly)")
_GONE = Message("（已不在管理范围内）", "(no longer within your scope)")
_COUNTED = Message("统计时间：{time}（北京时间）", "Counted at {time} (Beijing time)")
_CONDITIONS = Message("附有查询条件", "Under conditions")
_SHARE = Message("{figure}（{share}）", "{figure} ({share})")
_LEAST = 0.0005
"""Less would be told as 0.0%, which it is not."""


@dataclass(frozen=True, slots=True)
class Telling:
    """To whom it is told: `zh` or `en`. `at`: when it was asked, `filtered`: whether under conditions."""

    language: str
    at: datetime
    filtered: bool = False

    def say(self, message: Message, **values: object) -> str:
        return message.in_language(self.language).format(**values)

    def name_of(self, organization: dict[str, str] | None, *, directly: bool = False) -> str:
        name = self.say(_GONE) if organization is None else organization["name"]
        return self.say(_DIRECTLY, name=name) if directly else name

    def counted(self, at: datetime | None = None) -> str:
        time = (at or self.at).astimezone(SHANGHAI)
        return self.say(_COUNTED, time=f"{time:%Y-%m-%d %H:%M}")

    def notes(self, *first: str, at: datetime | None = None) -> tuple[str, ...]:
        """Below the title: what else there is to know of the numbers."""
        conditions = [self.say(_CONDITIONS)] if self.filtered else []
        return (*first, " · ".join([self.counted(at), *conditions]))

    def share(self, number: int, whole: int) -> str:
        return self.share_of(f"{number:,}", number, whole)

    def share_of(self, figure: str, number: int, whole: int) -> str:
        """Of nothing there is no share."""
        return self.say(_SHARE, figure=figure, share=_percent(number / whole)) if whole else figure


def _percent(share: float) -> str:
    return "<0.1%" if 0 < share < _LEAST else f"{share:.1%}"
