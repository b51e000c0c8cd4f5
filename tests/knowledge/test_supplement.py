"""Questions beside the corpus are searched as if they were in it, and those that say little are not drowned by it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import pytest_asyncio

from knowledge.encoder import Encoder, TokenEncoder, TokenStates, Vectors, language_words
from knowledge.evaluation import REPORT, read_set
from knowledge.index import Index, assemble, open_or_build, texts_of
from knowledge.likeness import ALIKE, SAME, Phrasings, closest, vectors_of
from knowledge.questions import CORPUS_DIR, Corpus, Question
from knowledge.ranking import Judge, Ranking
from knowledge.search import Found, Searcher
from knowledge.supplement import Supplement
from knowledge.training_lean import strip
from knowledge.tutor import Tutor

EVERY = 8
"""Of so many questions of the corpus, one is put beside it."""


@pytest.fixture(scope="module")
def whole(data_dir: Path, encoder: Encoder) -> Index:
    return open_or_build(CORPUS_DIR, data_dir / "index", encoder)[0]


@pytest.fixture(scope="module")
def rest(whole: Index, encoder: Encoder) -> Searcher:
    """The corpus without every eighth question."""
    kept = [row for row in range(len(whole.corpus.questions)) if row % EVERY]
    vectors = vectors_of(whole)[np.isin(whole.rows.owners, kept)]
    corpus = Corpus(tuple(whole.corpus.questions[row] for row in kept), ())
    return Searcher(assemble(corpus, vectors), encoder, Ranking.load(), language_words(), Judge.load())


@pytest.fixture(scope="module")
def aside(whole: Index) -> list[Question]:
    """Every eighth question."""
    return list(whole.corpus.questions[::EVERY])


def put_beside(searcher: Searcher, encoder: Encoder, questions: Sequence[Question]) -> Supplement:
    texts = [text for question in questions for _, text in texts_of(question)]
    return searcher.supplement(questions, encoder.encode(texts))


def own(number: int, question: str, answer: str, **others: object) -> Question:
    blank = Question(f"deck-{number}", question, "ours", "mid", (), (answer,), (), (), (), "", answer, (), Path("deck"))
    return dataclasses.replace(blank, **others)  # type: ignore[arg-type]


OURS = [
    own(1, "Which partition do we use for short jobs on Brontosaurus?", "The partition is called quickdraw."),
    own(2, "Who approves a merge into the zenobia repository?", "Two people of the platform group approve it."),
]


@pytest.fixture(scope="module")
def ours(rest: Searcher, encoder: Encoder) -> Supplement:
    return put_beside(rest, encoder, OURS)


def test_complete_questions_beside_the_corpus_are_found_as_if_they_were_in_it(
    rest: Searcher, aside: list[Question], whole: Index, encoder: Encoder
) -> None:
    together = Searcher(whole, encoder, Ranking.load(), language_words())
    beside = put_beside(rest, encoder, aside)
    ids = {question.id for question in aside}
    asked = [one.q for one in read_set(REPORT) if ids & {*one.ids}]
    apart = rest.search(asked, beside=[beside] * len(asked))
    same = [
        one.hits[0].question.id == other.hits[0].question.id and one.verdict == other.verdict
        for one, other in zip(apart, together.search(asked), strict=True)
    ]
    assert len(asked) > 40
    assert np.mean(same) >= 0.9


def test_questions_with_nothing_but_an_answer_are_found_too(
    rest: Searcher, aside: list[Question], encoder: Encoder
) -> None:
    beside = put_beside(rest, encoder, [strip(question) for question in aside])
    ids = {question.id for question in aside}
    asked = [one for one in read_set(REPORT) if ids & {*one.ids} or not one.ids]
    found = rest.search([one.q for one in asked], beside=[beside] * len(asked))
    right = [hits.hits[0].question.id in one.ids for one, hits in zip(asked, found, strict=True) if one.ids]
    false = [hits.verdict == "answer" for one, hits in zip(asked, found, strict=True) if not one.ids]
    assert np.mean(right) >= 0.75
    assert np.mean(false) <= 0.05


def test_what_only_a_server_knows_is_answered_from_its_own_questions(rest: Searcher, ours: Supplement) -> None:
    asked = ["which brontosaurus partition for short jobs", "who may approve merges to zenobia?"]
    alone = rest.search(asked)
    found = rest.search(asked, beside=[ours, ours])
    assert [one.hits[0].question.id for one in found] == ["deck-1", "deck-2"]
    assert [one.verdict for one in found] == ["answer", "answer"]
    assert all(one.verdict == "unknown" for one in alone)


def test_a_batch_searches_each_question_beside_its_own_supplement(rest: Searcher, ours: Supplement) -> None:
    asked = "which partition for short jobs on brontosaurus"
    with_, without = rest.search([asked, asked], beside=[ours, None])
    assert with_.hits[0].question.id == "deck-1"
    assert all(not hit.question.id.startswith("deck-") for hit in without.hits)


def test_words_of_a_server_are_not_taken_for_typing_errors(rest: Searcher, encoder: Encoder) -> None:
    # One letter from "tensor": without the deck it is repaired to that.
    beside = put_beside(rest, encoder, [own(3, "What is Tonsor?", "Tonsor is our scheduler for nightly trainings.")])
    (found,) = rest.search(["what is tonsor"], beside=[beside])
    assert found.hits[0].question.id == "deck-3"
    (misspelt,) = rest.search(["what is our tonzor for"], beside=[beside])
    assert misspelt.hits[0].question.id == "deck-3"


def test_other_questions_do_not_change_how_the_corpus_fits(rest: Searcher, ours: Supplement) -> None:
    queries = ["Why do I need zero_grad?", "how does autograd build its graph"]
    for alone, beside in zip(rest.fit(queries), rest.fit(queries, [ours, ours]), strict=True):
        assert alone is not None
        assert beside is not None
        np.testing.assert_allclose(beside.table[: len(alone.table)], alone.table, atol=1e-6)
        assert beside.known == pytest.approx(alone.known)


def test_a_question_that_a_server_asks_again_costs_no_certainty(rest: Searcher, encoder: Encoder) -> None:
    known = rest.index.corpus.questions[0]
    again = own(4, known.question, known.answer)
    once_more = own(5, known.question.rstrip("?") + ", please?", known.answer)
    beside = put_beside(rest, encoder, [again, once_more])
    assert beside.same.tolist() == [0, 0]
    (found,) = rest.search([known.question], beside=[beside])
    assert found.verdict == "answer"
    assert {hit.question.id for hit in found.hits[:3]} == {known.id, "deck-4", "deck-5"}


def test_the_same_question_in_two_decks_counts_as_one(rest: Searcher, encoder: Encoder) -> None:
    beside = put_beside(rest, encoder, [*OURS, dataclasses.replace(OURS[0], id="deck-9")])
    count = len(rest.index.corpus.questions)
    assert beside.same.tolist() == [count, count + 1, count]
    (found,) = rest.search([OURS[0].question], beside=[beside])
    assert found.verdict == "answer"


def test_what_is_gone_is_not_found_and_what_is_left_is_judged_as_if_it_were_alone(
    rest: Searcher, encoder: Encoder
) -> None:
    """Close relatives make each other less sure; one that is gone must not."""
    close = own(6, "Which partition do we use for long jobs on Brontosaurus?", "The partition is called longneck.")
    both = put_beside(rest, encoder, [OURS[0], close])
    left = both.left(lambda question: question is OURS[0])
    assert left is not None
    asked = ["which partition do we use for long jobs on brontosaurus", "which partition for jobs on brontosaurus"]
    found = rest.search(asked, beside=[left, left])
    alone = rest.search(asked, beside=[put_beside(rest, encoder, OURS[:1])] * 2)
    assert rest.search(asked[:1], beside=[both])[0].hits[0].question == close
    for one, other in zip(found, alone, strict=True):
        # Of those that are as good as impossible, the words of what is gone may still change the order.
        assert [hit.question for hit in one.hits[:3]] == [hit.question for hit in other.hits[:3]]
        assert [hit.score for hit in one.hits] == pytest.approx([hit.score for hit in other.hits], abs=1e-3)
        assert one.verdict == other.verdict
    assert both.left(lambda question: False) is None


def test_different_questions_are_seldom_called_alike(whole: Index) -> None:
    """The thresholds were chosen by this: what the corpus asks twice it asks in other words on purpose."""
    phrasings = Phrasings.of(whole)
    own_words = vectors_of(whole)[whole.rows.kinds == 0]
    nearest = []
    for place, vector in enumerate(own_words):
        elsewhere = phrasings.owners != place
        _, cosines = closest(vector[None], Phrasings(phrasings.vectors[elsewhere], phrasings.owners[elsewhere]))
        nearest.append(cosines[0])
    assert np.mean(np.array(nearest) >= ALIKE) <= 0.05
    assert np.mean(np.array(nearest) >= SAME) <= 0.01


@pytest_asyncio.fixture
async def tutor(whole: Index, encoder: TokenEncoder) -> AsyncIterator[Tutor]:
    opened = Tutor(Searcher(whole, encoder, Ranking.load(), language_words(), Judge.load()), encoder)
    yield opened
    await opened.aclose()


async def test_the_tutor_embeds_compares_and_searches_beside(tutor: Tutor) -> None:
    vectors = await tutor.embed(["How come gradients must be zeroed before each step?", "How do I bake bread?"])
    (alike, likeness), (_, far) = await tutor.closest(vectors)
    assert alike.id == "gradient-accumulation"
    assert likeness >= ALIKE > far
    texts = [text for question in OURS for _, text in texts_of(question)]
    beside = await tutor.supplement(OURS, await tutor.embed(texts))
    found: Found = await tutor.ask("who approves merges into zenobia?", beside=beside)
    assert found.hits[0].question.id == "deck-2"
    assert (await tutor.embed([])).shape == (0, 384)


class HeldEncoder(TokenEncoder):
    """The real encoder, which notes what it encodes and begins with that only when it may `go`."""

    def __init__(self, real: TokenEncoder) -> None:
        self.fingerprint = real.fingerprint
        self._real = real
        self.encoded: list[Sequence[str]] = []
        self.begun, self.go = Event(), Event()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.append(texts)
        self.begun.set()
        self.go.wait(20)
        return self._real.encode(texts)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenStates]:
        return self._real.encode_tokens(texts)


@pytest.fixture
def held(encoder: TokenEncoder) -> HeldEncoder:
    return HeldEncoder(encoder)


@pytest_asyncio.fixture
async def holding(whole: Index, held: HeldEncoder) -> AsyncIterator[Tutor]:
    opened = Tutor(Searcher(whole, held, Ranking.load(), language_words(), Judge.load()), held)
    yield opened
    held.go.set()
    await opened.aclose()


async def test_who_asks_waits_for_one_batch_however_many_embed_something(holding: Tutor, held: HeldEncoder) -> None:
    embedding = [asyncio.create_task(holding.embed([f"text {job}"] * 300)) for job in range(4)]
    await asyncio.to_thread(held.begun.wait, 20)
    asking = asyncio.create_task(holding.ask("what is autograd"))
    for _ in range(5):
        await asyncio.sleep(0)
    held.go.set()
    await asyncio.gather(asking, *embedding)
    assert held.encoded[1] == ["what is autograd"]


async def test_long_texts_are_embedded_few_at_a_time_and_come_in_their_order(holding: Tutor, held: HeldEncoder) -> None:
    held.go.set()
    texts = [f"{number} {'tensor ' * length}" for length in (300, 5, 60) for number in range(12)]
    texts += ["", "\u5f20\u91cf" * 150]
    vectors = await holding.embed(texts)
    one_by_one = np.concatenate([held.encode([text]) for text in texts])
    np.testing.assert_allclose(vectors, one_by_one, atol=1e-5)
    sizes = [len(some) * min(1200, max(map(len, some))) for some in held.encoded[: -len(texts)]]
    assert max(sizes) <= 3000
    assert len(sizes) < len(texts) / 2
