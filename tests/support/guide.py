"""Doing what docs/guide-add-a-table.md says, in a copy of the program."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/guide-add-a-table.md"
BLOCK = re.compile(r"```(python|diff|sh)\n(.*?)```", re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """The guide's blocks of code: language and text."""
    return BLOCK.findall(GUIDE.read_text())


def lines_to_write() -> int:
    """How many lines the guide has someone write; empty ones do not count."""
    written = 0
    for language, text in blocks():
        lines = [line for line in text.splitlines() if line.strip()]
        if language == "python":
            written += len(lines) - 1  # the first says where they go
        elif language == "diff":
            written += sum(line.startswith("+") for line in lines)
    return written


def follow(folder: Path) -> None:
    """Writes what the guide says into the program that lies in `folder`."""
    for language, text in blocks():
        first, _, rest = text.partition("\n")
        if language == "python":
            file = folder / first.removeprefix("# append to ")
            file.write_text(f"{file.read_text().rstrip()}\n\n\n{rest}")
        elif language == "diff":
            file = folder / first.removeprefix("--- ")
            file.write_text(_changed(file.read_text(), rest.splitlines()))


def _changed(text: str, steps: list[str]) -> str:
    """Each step in turn: " " finds a line, "+" puts one after it, "-" and "+" replace words in the file."""
    at = 0
    replaced = ""
    for step in steps:
        mark, words = step[0], step[1:]
        if mark == "+" and replaced:
            text, replaced = text.replace(replaced, words, 1), ""
        elif mark == "+":
            text = f"{text[:at]}{words}\n{text[at:]}"
        else:
            assert words in text, f"The guide speaks of {words!r}, which is not there any more."
            at = text.index("\n", text.index(words)) + 1
            replaced = words if mark == "-" else ""
    return text
