"""What is exported comes back the same, in every format."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.deck_formats.draft import Draft, check, clean
from knowledge.deck_formats.formats import SUFFIXES, Format, read, write
from knowledge.deck_formats.markup import to_html, to_markdown
from knowledge.deck_formats.parsed import Parsed
from tests.knowledge.deck_formats.strategies import DECKS, DRAFTS, TEXT


@pytest.mark.parametrize("format", get_args(Format))
@settings(max_examples=100, deadline=None)
@given(drafts=DECKS)
def test_a_deck_comes_back_the_same(format: Format, drafts: list[Draft]) -> None:
    parsed = read(f"deck{SUFFIXES[format]}", write(format, "My deck", drafts))
    assert parsed.faults == ()
    back = [placed.draft for placed in parsed.drafts]
    assert sorted(back, key=repr) == sorted(drafts, key=repr)
    assert parsed.notes == ()


@pytest.mark.parametrize("format", ["json", "apkg"])
def test_a_deck_keeps_its_name(format: Format) -> None:
    draft, _ = check({"question": "What?", "answer": "This."}, str)
    assert draft is not None
    assert read(f"x{SUFFIXES[format]}", write(format, "Ünïted", [draft])).name == "Ünïted"


@given(DRAFTS)
def test_a_draft_is_as_clean_as_it_will_be(draft: Draft) -> None:
    stored = json.loads(json.dumps(draft.to_json()))
    assert Draft.from_json(stored) == draft
    stored["answer"].encode()
    assert "\0" not in json.dumps(stored, ensure_ascii=False)


@given(DECKS)
def test_what_was_read_survives_the_way_to_another_process(drafts: list[Draft]) -> None:
    parsed = read("deck.json", write("json", "x", drafts))
    assert Parsed.from_json(json.loads(json.dumps(parsed.to_json()))) == parsed


@given(TEXT)
def test_a_field_of_an_anki_note_shows_exactly_its_text(text: str) -> None:
    text = clean(text).strip()
    assert to_markdown(to_html(text))[0] == text


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
