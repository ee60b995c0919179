"""The guide to adding a table is followed to the letter, and everything that it promises is there."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.support.guide import ROOT, follow, lines_to_write


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the program says of the new table, once the guide's lines are written into a copy of it."""
    folder = tmp_path_factory.mktemp("guide")
    shutil.copytree(ROOT / "psa_app", folder / "psa_app", ignore=shutil.ignore_patterns("*.pyc.*"))
    for name in ("tests", "assets", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    follow(folder)
    told = subprocess.run(
        [sys.executable, "-m", "tests.support.throw_away_table", str(folder / "new.db")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "PSA_DATA": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-3000:]
    return json.loads(told.stdout)


def test_a_table_costs_less_than_thirty_lines():
    assert 10 < lines_to_write() < 30


def test_the_revision_is_made_and_brings_the_database_there(found):
    assert found["revision"].endswith("_certificates.py")
    assert found["difference"] == ""


def test_the_new_table_has_its_endpoints_by_role(found):
    assert found["paths"] == [
        "/certificates",
        "/certificates.csv",
        "/certificates.xlsx",
        "/certificates/import",
        "/certificates/import/{id}",
        "/certificates/import/{id}/refused.csv",
        "/certificates/{id}",
    ]
    assert found["made"] == 201
    assert found["refused"] == 403
    assert [one["name"] for one in found["listed"]] == ["First aid"]


def test_what_is_wrong_in_a_new_record_is_said_by_field(found):
    assert "name" in json.dumps(found["wrong"])
    assert found["wrong"]["status"] == 422


def test_the_new_table_has_its_list(found):
    assert found["columns"] == ["Name", "Person", "Counts until"]
    assert found["cells"] == [["First aid", "Ann Test", "31 May 2027"]]


def test_the_new_table_has_its_form(found):
    assert found["specs"] == {"name": "text", "person_id": "picker", "ends_on": "date"}
    assert found["required"] == ["name", "person_id"]


def test_the_new_table_has_its_detail_with_history_and_stands_on_the_page_of_what_it_points_to(found):
    assert [fact["label"] for fact in found["facts"]] == ["Person", "Counts until"]
    assert found["history"] == ["Olga Test added it"]
    assert "Certificates" in found["of_person"]


def test_the_new_table_has_its_file(found):
    assert found["headers"] == ["Id", "Name", "Person", "Person id", "Counts until"]
    assert found["rows"] == [["1", "First aid", "Ann Test", found["rows"][0][3], "2027-05-31"]]


def test_the_new_table_comes_in_from_a_file_and_the_same_file_again_changes_nothing(found):
    assert found["imported"] == [["same", "new"], ["same", "same"]]


def test_the_palette_knows_the_new_table_for_those_who_may_see_it(found):
    assert found["palette"] == ["Certificates: all", "New certificate", "Import certificates"]
    assert found["members_palette"] == []
