"""Files beside a scope: taken by type and size, covered by both signatures, seen by those who may."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Attachment
from psa_app.queries.contracts.terms import read_text
from psa_app.queries.contracts.text import agreed_text, sow_text
from psa_app.services.contracts.files import LARGEST, add_file, place_of, read_file, remove_file
from psa_app.services.contracts.send import send_sow, take_back_sow
from tests.services.contract_world import Firm, a_draft, accept, make_firm, signatures, sow
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

PDF = b"%PDF-1.7 a plan of the shop"


firm = prepared(make_firm)


def add(firm: Firm, sow_id: int, name: str = "plan.pdf", content: bytes = PDF, **inputs: Any) -> int:
    who = firm[inputs.pop("who", "Olga")]
    return int(do(add_file, who, sow_id, name=name, content=content, **inputs).id)


def count() -> int:
    with db.reading() as session:
        return len(session.exec(select(Attachment)).all())


def test_a_file_belongs_to_the_text_that_both_sides_sign(firm: Firm) -> None:
    sow_id = a_draft(firm)
    before = ask(sow_text, sow(sow_id))
    file_id = add(firm, sow_id)
    assert ask(sow_text, sow(sow_id)) != before
    do(send_sow, firm["Olga"], sow_id)
    accept(firm, "Nora", sow_id)
    signed = read_text(ask(agreed_text, sow(sow_id)))
    assert [(one.name, one.size) for one in signed.files] == [("plan.pdf", len(PDF))]
    assert {one.text_hash for one in signatures("sow", sow_id)} == {sow(sow_id).text_hash}
    assert read_file(firm["Nora"], file_id) == ("plan.pdf", "application/pdf", PDF)


def test_a_files_content_is_checked_when_it_is_read(firm: Firm) -> None:
    file_id = add(firm, a_draft(firm), content=b"%PDF- another plan")
    with db.reading() as session:
        place = place_of(session.get_one(Attachment, file_id).sha256)
    kept = place.read_bytes()
    try:
        place.write_bytes(b"%PDF- something else")
        with pytest.raises(Conflict, match="not the file that was added"):
            read_file(firm["Olga"], file_id)
    finally:
        place.write_bytes(kept)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("plan.exe", PDF, "of the type PDF"),
        ("plan.html", b"<script>", "of the type PDF"),
        ("plan", PDF, "of the type PDF"),
        ("plan.pdf", b"", "is empty"),
        ("plan.pdf", b"MZ not a pdf", "not what its name says"),
        ("notes.txt", b"a\x00b", "no text file"),
        ("plan.pdf", PDF + b" " * LARGEST, "larger than 10 MB"),
        ("../../.pdf", PDF, "of the type PDF"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_a_sentence(
    firm: Firm, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        add(firm, a_draft(firm), name, content)
    assert count() == 0


def test_a_path_in_a_name_is_left_out_and_a_name_is_taken_once(firm: Firm) -> None:
    sow_id = a_draft(firm)
    add(firm, sow_id, "C:\\private\\plan.pdf")
    with db.reading() as session:
        assert session.exec(select(Attachment.name)).one() == "plan.pdf"
    with pytest.raises(Invalid, match="already"):
        add(firm, sow_id)


def test_what_was_sent_keeps_its_files(firm: Firm) -> None:
    sow_id = a_draft(firm)
    file_id = add(firm, sow_id)
    do(send_sow, firm["Olga"], sow_id)
    with pytest.raises(Conflict, match="Take it back"):
        add(firm, sow_id, "more.pdf")
    with pytest.raises(Conflict, match="Take it back"):
        do(remove_file, firm["Olga"], file_id)
    do(take_back_sow, firm["Olga"], sow_id)
    do(remove_file, firm["Olga"], file_id)
    assert read_text(ask(sow_text, sow(sow_id))).files == ()


def test_only_who_writes_the_scope_adds_what_the_client_signs(firm: Firm) -> None:
    sow_id = a_draft(firm)
    with pytest.raises(Forbidden):
        add(firm, sow_id, who="Lea")
    with pytest.raises(Forbidden):
        add(firm, sow_id, who="Nora")
    own = add(firm, sow_id, who="Lea", for_client=False)
    assert read_text(ask(sow_text, sow(sow_id))).files == ()
    do(send_sow, firm["Olga"], sow_id)
    with pytest.raises(NotFound):
        read_file(firm["Nora"], own)


def test_a_client_sees_a_file_once_the_scope_is_sent_and_another_client_never(firm: Firm) -> None:
    sow_id = a_draft(firm)
    file_id = add(firm, sow_id)
    link = replace(firm["Nora"], document=("sow", sow_id))
    for who in (firm["Nora"], firm["Kim"], link):
        with pytest.raises(NotFound):
            read_file(who, file_id)
    do(send_sow, firm["Olga"], sow_id)
    assert read_file(firm["Nora"], file_id)[2] == read_file(link, file_id)[2] == PDF
    for who in (firm["Kim"], replace(firm["Nora"], document=("sow", sow_id + 1)), firm["Ann"]):
        with pytest.raises((NotFound, Forbidden)):
            read_file(who, file_id)
