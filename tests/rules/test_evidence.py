"""A chain of evidence holds, and each way of tampering with it is named."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules.evidence import Link, canonical, check_pack, digest_of, first_broken, make_pack, seal_of

TEXT = "The work.\nAs agreed."
TEXT_HASH = digest_of("", TEXT)


def chain(*acts: str) -> list[Link]:
    links: list[Link] = []
    for place, act in enumerate(acts, start=1):
        at, before = f"2026-11-{place:02}T09:00:00Z", links[-1].seal if links else ""
        body = {"kind": "sow", "document_id": place, "act": act, "at": at, "text_hash": TEXT_HASH, "by": "Jo"}
        content, salt = canonical(body), f"salt{place}"
        digest = digest_of(salt, content)
        seal = seal_of(before, digest)
        links.append(Link(place, "sow", place, act, at, content, salt, digest, before, seal))
    return links


def pack(links: list[Link], texts: dict[str, str] | None = None) -> str:
    return make_pack("Harbour", "2026-11-23T09:00:00Z", links, {TEXT_HASH: TEXT} if texts is None else texts)


GOOD = chain("sent", "signed", "accepted", "approved")


def test_a_good_pack_says_what_it_holds():
    checked = check_pack(pack(GOOD))
    assert (checked.links, checked.told, checked.texts) == (4, 4, 1)
    assert checked.head == GOOD[-1].seal


def test_an_empty_pack_is_good():
    assert check_pack(pack([], {})).head == ""


def test_what_is_not_told_leaves_the_chain_whole():
    """Another client's link, or one whose person was erased: digest and seal stay."""
    hidden = [GOOD[0], replace(GOOD[1], content="", salt=""), *GOOD[2:]]
    assert check_pack(pack(hidden)).told == 3


@pytest.mark.parametrize(
    ("place", "change", "words"),
    [
        (
            2,
            {"content": GOOD[1].content.replace("Jo", "Al")},
            "Link 2 (sow 2 signed on 2026-11-02) was",
        ),
        (2, {"salt": "other"}, "Link 2"),
        (3, {"act": "declined"}, "its head line says something else"),
        (3, {"at": "2026-01-01T09:00:00Z"}, "its head line says something else"),
        (3, {"document_id": 9}, "its head line says something else"),
        (1, {"digest": "0" * 64}, "Link 1"),
        (4, {"seal": "0" * 64}, "its seal does not follow"),
        (2, {"before": "0" * 64}, "does not follow the link before it"),
        (2, {"position": 5}, "Link 2 is missing"),
    ],
)
def test_the_first_broken_link_is_named(place, change, words):
    links = [replace(link, **change) if link.position == place else link for link in GOOD]
    assert words in first_broken(links)
    with pytest.raises(Invalid, match=r"Link \d"):
        check_pack(pack(links))


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_link_taken_out_is_missed(gone):
    assert f"Link {gone + 1} is missing" in first_broken([*GOOD[:gone], *GOOD[gone + 1 :]])


def test_links_cut_off_at_the_end_are_missed_by_the_head():
    raw = json.loads(pack(GOOD))
    raw["links"].pop()
    with pytest.raises(Invalid, match="at the end"):
        check_pack(json.dumps(raw))


def test_a_changed_text_is_named():
    with pytest.raises(Invalid, match="was changed: it has another sha-256"):
        check_pack(pack(GOOD, {TEXT_HASH: TEXT + "!"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "format"),
        ('{"format": "psa-evidence-1"}', "no links"),
        ('{"format": "psa-evidence-1", "links": [1], "texts": {}}', "Link 1"),
        ('{"format": "psa-evidence-1", "links": [], "texts": 7}', "texts"),
    ],
)
def test_what_is_no_pack_is_said(text, words):
    with pytest.raises(Invalid, match=words):
        check_pack(text)


@given(st.integers(0, 3), st.sampled_from(["content", "salt", "digest", "before", "seal"]), st.characters())
def test_no_changed_letter_passes(place, name, letter):
    text = getattr(GOOD[place], name)
    changed = letter + text[1:]
    links = [replace(link, **{name: changed}) if link is GOOD[place] else link for link in GOOD]
    assert bool(first_broken(links)) == (changed != text)
