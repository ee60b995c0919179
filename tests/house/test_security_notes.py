"""What docs/security.md says is shown by tests is shown by tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_test_that_the_notes_on_security_name_exists():
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs/security.md").read_text())
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text(), re.MULTILINE)
    }
    assert len(named) > 80
    assert sorted(set(named) - there) == []


def test_each_line_of_the_notes_names_what_shows_it():
    lines = [line for line in (ROOT / "docs/security.md").read_text().splitlines() if line.startswith("| ")]
    told = [line for line in lines if line != "| tried | what stops it | shown by |"]
    assert [line for line in told if "`test_" not in line.rsplit("|", 2)[1]] == []
