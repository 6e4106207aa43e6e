"""文本检索: "contains" for Chinese text, where a word may be one character and trigrams know nothing of it.

The database function `text_grams` (made by a migration) gives a text's single characters and pairs for a GIN index.
"""


def grams_to_look_for(text: str) -> list[str]:
    """The indexed pieces that every text containing `text` has: its pairs, or the character itself when it is one."""
    if len(text) == 1:
        return [text]
    return sorted({text[place : place + 2] for place in range(len(text) - 1)})
