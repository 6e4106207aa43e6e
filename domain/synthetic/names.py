"""姓名: surnames by their frequency, given names by gender and by the years in which they were given."""

from functools import cache
from random import Random
from typing import NamedTuple

from domain.codes import Ethnicity, Gender
from domain.pinyin import full_pinyin, initials
from domain.synthetic.chance import Weighted, one_of


class Name(NamedTuple):
    text: str
    pinyin: str
    initials: str


def spelled(text: str) -> Name:
    return Name(text, full_pinyin(text), initials(text))


_SURNAMES = {
    # of a thousand bearers or so: surnames
    88: "王".split(),
    85: "张".split(),
    80: "李".split(),
    70: "刘".split(),
    38: "孙".split(),
    32: "赵".split(),
    30: "陈 杨".split(),
    26: "徐".split(),
    20: "马 高".split(),
    18: "于".split(),
    16: "朱 宋".split(),
    14: "郭 韩 吴 周".split(),
    12: "胡".split(),
    10: "林 曹 姜".split(),
    9: "董 田".split(),
    8: "何 孔 魏".split(),
    7: "孟 崔 丁".split(),
    5: "任".split(),
    3: "曲".split(),
    2: "曾 单 解 翟 毕 牟".split(),
    1: "仇 逄 欧阳 司马 上官 诸葛".split(),
}
_GIVEN = {
    # (gender, given before this year): names
    (Gender.MALE, 1949): "德胜 福贵 玉山 长海 金生 守业 兆祥 传义 树林 洪恩 发 茂 魁".split(),
    (Gender.FEMALE, 1949): "秀英 桂兰 玉珍 淑贞 凤英 素芳 翠花 兰英 桂香 秀兰 珍 荣 英".split(),
    (Gender.MALE, 1966): "建国 国庆 建军 援朝 跃进 和平 解放 志强 建华 国强 新民 军 平".split(),
    (Gender.FEMALE, 1966): "建华 国英 爱华 玉兰 秀珍 丽华 桂芹 爱民 凤霞 淑华 华 萍 芳".split(),
    (Gender.MALE, 1980): "卫东 向阳 红旗 文革 立新 永红 卫国 建设 红军 学农 勇 刚 伟".split(),
    (Gender.FEMALE, 1980): "红 卫红 向红 丽 红梅 晓燕 海燕 艳红 春梅 秀丽 敏 静 艳".split(),
    (Gender.MALE, 2000): "伟 鹏 磊 超 浩 志远 晓东 海涛 俊杰 文博 明 亮 凯".split(),
    (Gender.FEMALE, 2000): "娜 婷婷 雪 丹 倩 晓丽 雅静 文静 慧 琳琳 颖 莉 梅".split(),
    (Gender.MALE, 9999): "浩然 子轩 宇航 博文 梓豪 俊熙 一鸣 天佑 子墨 晨阳 睿 轩 昊".split(),
    (Gender.FEMALE, 9999): "欣怡 子涵 雨桐 梓萱 诗涵 可欣 思雨 佳怡 雨萱 梦琪 瑶 萱 彤".split(),
}
_WITH_A_DOT = ("阿不都·热合曼", "买买提·吐尔逊", "古丽·艾合买提", "帕提古丽·阿布拉", "巴特尔·斯琴", "扎西·次仁")
_DOTTED = {Ethnicity.UYGUR, Ethnicity.KAZAK, Ethnicity.MONGOL, Ethnicity.ZANG}
_OF_ONE_CHARACTER = [text for texts in _SURNAMES.values() for text in texts if len(text) == 1]
_SUSPICIOUS = ("{0} {1}", "{0}{1}2", "{0}.{1}", "{0}")


@cache
def _surnames() -> Weighted[Name]:
    return Weighted(*((spelled(text), weight) for weight, texts in _SURNAMES.items() for text in texts))


@cache
def _given(gender: Gender, before: int) -> list[Name]:
    """A given name is never read as a surname, so its spelling is taken behind one."""
    return [Name(text, full_pinyin(f"王{text}")[4:], initials(f"王{text}")[1:]) for text in _GIVEN[gender, before]]


def _generation(year: int) -> int:
    return next(before for before in (1949, 1966, 1980, 2000, 9999) if year < before)


def name_of(random: Random, gender: Gender, birth_year: int, ethnicity: Ethnicity) -> Name:
    if ethnicity in _DOTTED:
        return spelled(one_of(_WITH_A_DOT, random))
    surname = _surnames().pick(random)
    given = one_of(_given(gender, _generation(birth_year)), random)
    return Name(surname.text + given.text, surname.pinyin + given.pinyin, surname.initials + given.initials)


def suspicious_name(random: Random) -> Name:
    """With a space, a digit, punctuation, or of one character."""
    surname, given = one_of(_OF_ONE_CHARACTER, random), one_of(_GIVEN[Gender.MALE, 1966], random)
    return spelled(one_of(_SUSPICIOUS, random).format(surname, given))
