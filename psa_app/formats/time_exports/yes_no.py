"""Yes and no, in the words of the tools' languages."""

from psa_app.formats.time_exports.heads import fold

_YES = """
    yes y true 1 x si sim oui ja da tak ano kylla igen evet jah はい 是 да 예
    billable chargeable invoiced billed exported
"""
_NO = """
    no n false 0 nao non nein nee ne nie nej nei ei nem hayır いいえ 否 нет 아니요
    non-billable nonbillable unbillable uninvoiced unbilled
"""
_PHRASES = ("non billable", "not billable", "not invoiced", "not exported")
WORDS: dict[str, bool] = {
    **dict.fromkeys(map(fold, _YES.split()), True),
    **dict.fromkeys(map(fold, _NO.split()), False),
    **dict.fromkeys(_PHRASES, False),
}
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "none", "null"})


def read_yes_no(text: str, known: dict[str, bool]) -> bool | None:
    """True, False, or None for an empty cell; raises `KeyError` for a word not known."""
    word = fold(text)
    if word in _NOTHING:
        return None
    return known[word] if word in known else WORDS[word]


def says_invoiced(text: str, known: dict[str, bool]) -> bool:
    """True unless the cell is empty or says no: an invoice's number means invoiced too."""
    word = fold(text)
    return word not in _NOTHING and known.get(word, WORDS.get(word, True))
