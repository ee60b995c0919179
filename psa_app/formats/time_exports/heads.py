"""Finding a field's column by its header, whatever its case, accents and spaces."""

import unicodedata

from psa_app.formats.csv_files import Table


def fold(text: str) -> str:
    """A header or a word for comparing: `" Usuário "` and `"USUARIO"` are both `"usuario"`."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("_", " ").rstrip("?* "))
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def folded_headers(table: Table) -> frozenset[str]:
    """All headers of a table, folded."""
    return frozenset(map(fold, table.headers))


def find_columns(table: Table, wanted: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Field to header, for each field that has a column; earlier spellings win."""
    headers: dict[str, str] = {}
    for header in table.headers:
        headers.setdefault(fold(header), header)
    found: dict[str, str] = {}
    for field, spellings in wanted.items():
        known = [headers[spelling] for spelling in spellings if spelling in headers]
        if known:
            found[field] = known[0]
    return found
