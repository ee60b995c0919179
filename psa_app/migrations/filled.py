"""Puts a value into the rows that are there when a revision adds a column that may not be empty."""

import re
from collections.abc import Callable

_BATCH = re.compile(
    r"    with op\.batch_alter_table\('(?P<table>\w+)', schema=None\) as batch_op:\n"
    r"(?P<body>(?:        .*\n)+)"
)
_ADDED = re.compile(
    r"        batch_op\.add_column\(sa\.Column\('(?P<name>\w+)', (?P<type>.+), nullable=False\)\)\n"
)


def with_defaults(script: str, declared: Callable[[str, str], object]) -> str:
    """The revision's text, each added column that may not be empty filled with what `declared` tells."""
    script = script.replace("astext_type=Text()", "astext_type=sa.Text()")
    return _BATCH.sub(lambda batch: _batch(batch, declared), script)


def _batch(batch: re.Match[str], declared: Callable[[str, str], object]) -> str:
    table, emptied = batch["table"], list[str]()

    def fill(added: re.Match[str]) -> str:
        name = added["name"]
        emptied.append(f"        batch_op.alter_column('{name}', server_default=None)\n")
        value = _literal(declared(table, name), added["type"])
        column = f"sa.Column('{name}', {added['type']}, nullable=False, server_default={value})"
        return f"        batch_op.add_column({column})\n"

    body = _ADDED.sub(fill, batch["body"])
    if not emptied:
        return batch[0]
    head = f"    with op.batch_alter_table('{table}', schema=None) as batch_op:\n"
    return f"{head}{body}\n{head}{''.join(emptied)}"


def _literal(value: object, of_type: str) -> str:
    if isinstance(value, bool):
        return "sa.true()" if value else "sa.false()"
    if isinstance(value, int):
        return f"'{value}'"
    if isinstance(value, str):
        return repr(value)
    return "'[]'" if value is list else "'{}'" if "JSON" in of_type else "''"
