"""What people send, as their programs write it, and what is said about what is wrong with it."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing

import pytest
import zstandard

from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.encodings import GUESSED
from knowledge.deck_formats.formats import read
from knowledge.deck_formats.parsed import MOST_DRAFTS, Parsed, Unreadable
from knowledge.questions import CORPUS_DIR, Question, load_corpus


def drafts(parsed: Parsed) -> list[Draft]:
    return [placed.draft for placed in parsed.drafts]


def said(parsed: Parsed) -> list[str]:
    return [str(fault) for fault in parsed.faults]


# ------------------------------------------------------------------------------------------------------- CSV


def test_every_fault_of_a_table_is_told_with_its_line() -> None:
    parsed = read(
        "x.csv",
        b"Question,Answer,Level,Sources\r\n"
        b"What is a?,This.,mid,https://a.example\r\n"
        b',"The question\r\nis missing.",,\r\n'
        b"What is b?,,,\r\n"
        b"What is c?,That.,expert,ftp://c.example\r\n"
        b"\r\n"
        b"what IS a,Once more.,,\r\n"
        b"What is d?,one,two,three,four\r\n"
        b"What is e?,Fine.\r\n",
    )
    assert said(parsed) == [
        "line 3: the question is missing",
        "line 5: the answer is missing",
        "line 6: the level must be junior, mid or senior, not “expert”",
        "line 6: a source must be one https:// link, not “ftp://c.example”",
        "line 8: asks the same as line 2",
        "line 9: 5 cells, but 4 columns: put quotes round what has a separator",
    ]
    assert [placed.place for placed in parsed.drafts] == ["line 2", "line 10"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["deck.csv", "DECK.TSV"])
def test_separators_are_told_from_the_first_line(separator: str, name: str) -> None:
    table = separator.join(["Front", "Back", "Key points"]) + "\n" + separator.join(["What?", "This.", "One"]) + "\n"
    (draft,) = drafts(read(name, table.encode()))
    assert (draft.question, draft.answer, draft.key_points) == ("What?", "This.", ("One",))


def test_the_line_by_which_excel_is_told_the_separator_is_understood() -> None:
    parsed = read("x.csv", b"sep=|\r\nquestion|answer\r\nWhat, exactly?|This; that.\r\n|x\r\n")
    assert drafts(parsed)[0].question == "What, exactly?"
    assert said(parsed) == ["line 4: the question is missing"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_any_unicode_encoding_is_read_as_it_is(encoding: str) -> None:
    parsed = read("x.csv", 'question,answer\r\n"Was heißt 損失?","Verlust – „loss“ 🦊"\r\n'.encode(encoding))
    assert drafts(parsed)[0].answer == "Verlust – „loss“ 🦊"
    assert parsed.notes == ()


def test_a_guessed_encoding_is_said_to_be_one() -> None:
    parsed = read("x.csv", "question,answer\nWas heißt das?,„Größe“ – 5 €\n".encode("cp1252"))
    assert drafts(parsed)[0].answer == "„Größe“ – 5 €"
    assert parsed.notes == (GUESSED,)


def test_columns_that_mean_nothing_are_named() -> None:
    parsed = read("x.csv", b"question,answer,Author,e-mail\nWhat?,This.,me,me@example.org\n")
    assert parsed.notes == ("Not used: author, e_mail.",)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (b'question,answer\na?,"never closed\nb?,x\n', "line 2: a quote is opened here and never closed"),
        (b'question,answer\na?,x\nb?,"x"y\n', "line 3: a closing quote stands in the middle of a cell"),
    ],
)
def test_broken_quotes_are_found_where_they_are(table: bytes, fault: str) -> None:
    assert said(read("x.csv", table)) == [f"{fault}; what comes after it was not read"]


def test_code_and_common_mistakes_have_columns() -> None:
    code = "```python\nprint(1)\n```\n```output\n1\n```"
    (draft,) = drafts(read("x.csv", f'question,answer,wrong,right,code\nWhat?,This.,"a\nb","A\nB","{code}"\n'.encode()))
    assert [(pair.wrong, pair.right) for pair in draft.misconceptions] == [("a", "A"), ("b", "B")]
    assert [(proof.code, proof.output) for proof in draft.proofs] == [("print(1)\n", "1\n")]


# ------------------------------------------------------------------------------------------------------ JSON


def test_every_fault_of_json_is_told_with_its_line() -> None:
    text = """{
  "name": "Ours",
  "questions": [
    {"question": "What is a?", "answer": "This."},
    {
      "question": "What is b?",
      "answer": 5,
      "key_points": "one\\ntwo",
      "colour": "red"
    },
    "What is c?",
    {"question": "What is d?", "answer": "That.", "misconceptions": [{"wrong": "x"}]}
  ],
  "version": 1
}"""
    parsed = read("x.json", text.encode())
    assert parsed.name == "Ours"
    assert [placed.place for placed in parsed.drafts] == ["line 4"]
    assert said(parsed) == [
        "line 7: the answer must be text, not “5”",
        "line 11: must be an object with a question and an answer",
        "line 12: a misconception needs both sides, wrong and right",
    ]
    assert parsed.notes == ("Not used: colour, version.",)


def test_questions_on_one_line_have_places_of_their_own() -> None:
    rows: list[object] = [{"question": f"What is {letter}?", "answer": "This."} for letter in "aba"]
    rows += [{"question": "What is c?"}, 5, {"question": "What is d?", "answer": "That."}]
    parsed = read("x.json", json.dumps(rows).encode())
    assert [placed.place for placed in parsed.drafts] == ["line 1", "line 1, question 2", "line 1, question 6"]
    assert said(parsed) == [
        "line 1, question 3: asks the same as line 1",
        "line 1, question 4: the answer is missing",
        "line 1, question 5: must be an object with a question and an answer",
    ]


def test_what_stands_before_broken_json_is_kept() -> None:
    parsed = read("x.json", b'[{"question": "What?", "answer": "This."},\n {"question": "Next?", "answer" "x"}]')
    assert [draft.question for draft in drafts(parsed)] == ["What?"]
    (fault,) = said(parsed)
    assert fault.startswith("line 2: is not JSON")
    assert fault.endswith("what comes after it was not read")


@pytest.mark.parametrize("text", ["", "5", '"text"', "[]", "{}", '{"questions": 5}', "nonsense"])
def test_json_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read("x.json", text.encode())


# ------------------------------------------------------------------------------------------------------ Anki


def collection(*statements: str) -> bytes:
    """An SQLite database."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(";\n".join(statements))
        return bytes(database.serialize())


def package(name: str, content: bytes, **others: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr(name, content)
        for other, inside in others.items():
            files.writestr(other, inside)
    return made.getvalue()


def old_collection(*notes: tuple[int, str], kinds: object = None, decks: object = None) -> bytes:
    models = json.dumps(kinds or {"1": {"flds": [{"name": "Front"}, {"name": "Back"}]}})
    named = json.dumps(decks or {"1": {"name": "Default"}, "2": {"name": "PyTorch::Basics"}})
    rows = ", ".join(f"({number}, {kind}, '{fields}')" for number, (kind, fields) in enumerate(notes, 1))
    return collection(
        "CREATE TABLE col (models text, decks text)",
        f"INSERT INTO col VALUES ('{models}', '{named}')",  # noqa: S608
        "CREATE TABLE notes (id integer primary key, mid integer, flds text)",
        f"INSERT INTO notes VALUES {rows}",  # noqa: S608
    )


def test_a_package_of_an_old_anki_is_read() -> None:
    note = "What does <b>view</b> do?\x1fIt shares memory.<br>See <code>x.view(-1)</code>.<img src=a.png>[sound:b.mp3]"
    parsed = read("Deck.APKG", package("collection.anki2", old_collection((1, note), (1, "Only a front\x1f"))))
    assert parsed.name == "PyTorch"
    (draft,) = drafts(parsed)
    assert draft.question == "What does **view** do?"
    assert draft.answer == "It shares memory.\nSee `x.view(-1)`."
    assert said(parsed) == ["note 2: the answer is missing"]
    assert parsed.notes == ("Pictures and sounds are left out; 1 notes have some.",)


def test_a_package_of_a_new_anki_is_read() -> None:
    database = collection(
        "CREATE TABLE notes (id integer primary key, mid integer, flds text)",
        "INSERT INTO notes VALUES (1, 7, 'What?' || char(31) || 'This.' || char(31) || '<ul><li>one<li>two</ul>')",
        "CREATE TABLE fields (ntid integer, ord integer, name text, config blob, primary key (ntid, ord))",
        "INSERT INTO fields VALUES (7, 0, 'Question', ''), (7, 1, 'Answer', ''), (7, 2, 'Extra', '')",
        "CREATE TABLE decks (id integer primary key, name text)",
        "INSERT INTO decks VALUES (1, 'Default'), (2, 'Ours' || char(31) || 'Sub')",
    )
    squeezed = zstandard.ZstdCompressor().compress(database)
    empty = old_collection((1, "Please update Anki\x1fto open this"))
    parsed = read("x.apkg", package("collection.anki21b", squeezed, **{"collection.anki2": empty}))
    assert parsed.name == "Ours"
    assert [(draft.question, draft.answer) for draft in drafts(parsed)] == [("What?", "This.")]


def test_gaps_are_asked_as_questions() -> None:
    kinds = {"1": {"flds": [{"name": "Text"}, {"name": "Extra"}]}}
    note = "{{c1::zero_grad}} clears the {{c2::gradients::what?}}.\x1fBefore each step."
    parsed = read("x.apkg", package("collection.anki2", old_collection((1, note), kinds=kinds)))
    (draft,) = drafts(parsed)
    assert draft.question == "[…] clears the [what?]."
    assert draft.answer == "zero_grad clears the gradients.\n\nBefore each step."


# -------------------------------------------------------------------------------------------------- Markdown


def pages(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def test_the_whole_corpus_can_be_imported() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(CORPUS_DIR.glob("*/*.md")):
            archive.write(path, f"corpus/{path.parent.name}/{path.name}")
    parsed = read("corpus.zip", made.getvalue())
    assert said(parsed) == []
    assert parsed.notes == ()
    found = {placed.draft.question: placed.draft for placed in parsed.drafts}
    for question in load_corpus().questions:
        draft = found[question.question]
        back = draft.as_question(question.id, "other")
        assert _essence(back) == _essence(question)


def _essence(question: Question) -> list[object]:
    # White space at the ends of lines is taken off.
    proofs = [[line.rstrip() for line in (proof.code + proof.output).split("\n")] for proof in question.proofs]
    named = [question.question, question.topic, question.level, question.asks, question.key_points, question.sources]
    return [*named, question.misconceptions, proofs, question.answer.split()]


def test_every_fault_of_a_page_is_told_with_its_file_and_line() -> None:
    parsed = read(
        "x.zip",
        pages(
            **{
                "a/good.md": "---\nquestion: What?\n---\nThis.\n",
                "a/level.md": "---\nquestion: Which?\n\nlevel: expert\n---\nThat.\n",
                "a/empty.md": "---\nquestion: Who?\n---\n\n",
                "a/yaml.md": "---\nquestion: 'open\n---\nX\n",
                "a/plain.md": "# Just text\n",
                "notes.txt": "not mine",
                "__MACOSX/a/._good.md": "\x00\x01",
            }
        ),
    )
    assert [(draft.question, draft.topic) for draft in drafts(parsed)] == [("What?", "a")]
    assert said(parsed) == [
        "a/level.md, line 4: the level must be junior, mid or senior, not “expert”",
        "a/empty.md, line 5: the answer is missing",
        "a/yaml.md, line 3: is not YAML: found unexpected end of stream",
        "a/plain.md, line 1: must start with YAML front matter between two lines of ---",
    ]
    assert parsed.notes == ("Files in the archive that are not Markdown, and not used: 2.",)


def test_pages_whose_long_paths_end_alike_have_places_of_their_own() -> None:
    deep = "x" * 90
    parsed = read(
        "x.zip",
        pages(**{f"{folder}/{deep}.md": f"---\nquestion: What is {folder}?\n---\nThis.\n" for folder in "abc"}),
    )
    end = f"…{'x' * 76}.md, line 1"
    assert [placed.place for placed in parsed.drafts] == [end, f"{end}, question 2", f"{end}, question 3"]


def test_one_page_alone_is_enough() -> None:
    (draft,) = drafts(read("why.md", b"---\r\nquestion: Why?\r\nkey_points:\r\n- a\r\n---\r\nBecause.\r\n"))
    assert (draft.question, draft.answer, draft.key_points) == ("Why?", "Because.", ("a",))


# ---------------------------------------------------------------------------------------------------- drafts


def test_what_does_not_fit_on_a_card_is_told_with_what_does() -> None:
    rows = [
        {"question": "q" * 301, "answer": "a"},
        {"question": "b?", "answer": "a" * 4001},
        {"question": "c?", "answer": "a", "key_points": [str(number) for number in range(13)]},
        {"question": "d?", "answer": "a", "asks": ["x" * 301]},
        {"question": "e?", "answer": "a\n\n" * 31},
        {"question": "f?", "answer": "a", "sources": ["https://[x"]},
    ]
    assert [fault.what for fault in read("x.json", json.dumps(rows).encode()).faults] == [
        "the question has 301 characters; 300 fit",
        "the answer has 4,001 characters; 4,000 fit",
        "the key points have 13 entries; at most 12 fit",
        "the other phrasings have an entry of more than 300 characters",
        "the answer has 31 paragraphs; 30 fit",
        "a source must be one https:// link, not “https://[x”",
    ]


def test_what_no_reader_sees_is_taken_out() -> None:
    row = {"question": "What\u202e is\u0000 it\u200b?", "answer": "a\u2028b\r\nc\x1b[31m"}
    (draft,) = drafts(read("x.json", json.dumps([row]).encode()))
    assert draft.question == "What is it?"
    assert draft.answer == "a\nb\nc[31m"


def test_a_draft_without_key_points_is_asked_by_the_sentences_of_its_answer() -> None:
    (draft,) = drafts(read("x.json", b'[{"question": "Why?", "answer": "It is one. It is two."}]'))
    question = draft.as_question("deck-1", "Our Own Deck!")
    assert question.key_points == ("It is one.", "It is two.")
    assert (question.topic, question.level, question.torch) == ("our-own-deck", "mid", "")


@pytest.mark.parametrize("more", [0, 1])
def test_only_so_many_are_read_and_that_is_said(more: int) -> None:
    table = "question,answer\n" + "".join(f"q{number},a\n" for number in range(MOST_DRAFTS + more))
    parsed = read("x.csv", table.encode())
    assert len(parsed.drafts) == MOST_DRAFTS
    assert len(parsed.notes) == more


@pytest.mark.parametrize("unseen", ["```", "\u200d", "` \u200d `", "\u3164", "\ufe0f"])
def test_what_nobody_would_see_is_missing(unseen: str) -> None:
    rows = [
        {"question": unseen, "answer": "a"},
        {"question": "b?", "answer": unseen},
        {"question": "c?", "answer": "a", "misconceptions": [{"wrong": "x", "right": unseen}]},
        {"question": "d?", "answer": "a", "key_points": [unseen, "one"], "asks": unseen},
    ]
    parsed = read("x.json", json.dumps(rows).encode())
    assert [fault.what for fault in parsed.faults] == [
        "the question is missing",
        "the answer is missing",
        "a misconception needs both sides, wrong and right",
    ]
    (draft,) = drafts(parsed)
    assert (draft.key_points, draft.asks) == (("one",), ())
