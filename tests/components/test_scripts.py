"""Scripts beside a component's module."""

import pytest

from psa_app.components import scripts
from psa_app.config import ROOT


def test_a_script_is_linked_to_where_the_pages_are_built_from() -> None:
    assert scripts.script("psa_app.components.menu", "menu_button.jsx") == (
        "$/public/external/psa_app/components/menu/menu_button.jsx"
    )
    linked = ROOT / "assets/external/psa_app/components/menu/menu_button.jsx"
    assert linked.read_text() == (ROOT / "psa_app/components/menu_button.jsx").read_text()


def test_a_script_that_is_missing_ends_the_start() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.jsx"):
        scripts.script("psa_app.components.menu", "nothing.jsx")
