"""Rows that name each other: the upper one comes first, and a circle is refused."""

from collections.abc import Sequence

from psa_app.services.imports.values import Row


def in_order(rows: Sequence[Row]) -> list[Row]:
    """The rows with every row after the ones that it names; those in a circle get their problem."""
    ordered: list[Row] = []
    done: set[int] = set()
    for start in rows:
        row, way = start, list[Row]()
        while row.place not in done and row not in way:
            way.append(row)
            waiting = [place for place in row.parents.values() if place not in done]
            if not waiting:
                break
            row = rows[waiting[0]]
        if row in way and any(place not in done for place in row.parents.values()):
            _refuse(way[way.index(row) :])
        for one in reversed(way):
            if one.place not in done:
                done.add(one.place)
                ordered.append(one)
    return ordered


def _refuse(circle: Sequence[Row]) -> None:
    lines = ", ".join(str(row.line) for row in sorted(circle, key=lambda row: row.line))
    for row in circle:
        name = next(iter(row.parents))
        if len(circle) == 1:
            row.problems[name] = "This names itself. Empty the cell, or name another one."
        else:
            row.problems[name] = (
                f"Lines {lines} stand above each other in a circle. Empty one of these cells."
            )
