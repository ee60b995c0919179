"""Time exported by other tools: `detect`, `suggest_mapping`, `read_entries`.

Pure: a table in, frozen values out. Whose person, client or project a name is, and what is
already there (by `ImportedEntry.key`), is for the caller to find out.
"""

from psa_app.formats.time_exports.layouts import LAYOUTS, answered, detect, suggest_mapping
from psa_app.formats.time_exports.reading import read_entries
from psa_app.formats.time_exports.values import (
    FIELDS,
    ImportedEntry,
    Layout,
    Mapping,
    Problem,
    Question,
    Reading,
)

__all__ = [
    "FIELDS",
    "LAYOUTS",
    "ImportedEntry",
    "Layout",
    "Mapping",
    "Problem",
    "Question",
    "Reading",
    "answered",
    "detect",
    "read_entries",
    "suggest_mapping",
]
