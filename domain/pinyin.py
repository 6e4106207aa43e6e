"""姓名拼音: how a name is spelled in full pinyin and in initials, for searching and for ordering."""

from functools import lru_cache

from pypinyin import lazy_pinyin

# Characters that are read otherwise when they are a surname.
_SURNAME_READINGS = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "任": "ren",
    "朴": "piao",
    "区": "ou",
    "尉": "yu",
    "盖": "ge",
    "缪": "miao",
    "翟": "zhai",
    "华": "hua",
    "员": "yun",
    "乐": "yue",
    "召": "shao",
    "折": "she",
    "秘": "bi",
    "冼": "xian",
    "覃": "qin",
    "黑": "he",
    "万": "wan",
    "宁": "ning",
}


@lru_cache(maxsize=65536)
def _syllable(character: str) -> str:
    return "".join(lazy_pinyin(character, errors="default")).lower()


def syllables_of(name: str) -> list[str]:
    """One lower-case syllable without tone for each character; what is no Chinese character stays as it is."""
    syllables = [_syllable(character) for character in name]
    if name and name[0] in _SURNAME_READINGS:
        syllables[0] = _SURNAME_READINGS[name[0]]
    return syllables


def full_pinyin(name: str) -> str:
    """张建国 → `zhangjianguo`."""
    return "".join(syllables_of(name))


def initials(name: str) -> str:
    """张建国 → `zjg`."""
    return "".join(syllable[:1] for syllable in syllables_of(name))


def normalize_pinyin(text: str) -> str:
    """The text as it is looked up: lower case, without the spaces and apostrophes that part syllables."""
    return "".join(character for character in text.lower() if character not in " '’")
