"""What is known of how an answer fits a key point or a misconception, as numbers that a small model can weigh.

The core is a soft recall: every word of the key point looks for its best match among the words of the answer, by
the cosine of their contextual states (the recall half of BERTScore, Zhang et al. 2020), weighted by how rare the word
is in the corpus, and less where the question gave the word away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.encoder import TokenEncoder, Vectors
from knowledge.grading_text import OPPOSITES, Word, words
from knowledge.questions import Corpus
from knowledge.words import is_identifier

MATCH_NAMES = (
    "recall",  # soft recall of the point's words in the whole answer
    "recall_sentence",  # in the sentence or the two neighbours that have most of it
    "recall_rare",  # of the rarer half of its words, in the whole answer
    "lexical",  # share of the point's words that stand in the answer
    "cosine",  # highest cosine with a sentence or two neighbours
    "cosine_answer",  # with the mean of all sentences
    "names",  # share of the API names and numbers of the point that stand in the answer, 0.5 where it has none
)
CONFLICT_NAMES = (
    "polarity",  # share of the shared words that one side denies and the other does not
    "polarity_strong",  # 1 where that is most of them
    "rival",  # the clause that says most of the point speaks of its rival: `stack` for `cat`, `before` for `after`
    "inversion",  # share of the pairs of shared words that stand in the other order
    "numbers",  # the sentence has numbers and none of the point's
    "wrong_side",  # how much closer the sentence is to a misconception than to this point
)

Numbers = npt.NDArray[np.float32]

_GIVEN_AWAY = 0.25
"""How much a word of the point counts that stands in the question too."""
_COMPARISONS = frozenset("than over from to into by before after".split())
_LEAST_SAID = 2
"""Words that must be said of a thing beside its name, before it can be said of another."""
_BY_WORD_ALONE = 0.6
"""What opposite words count that the question itself does not set against each other: they often mean else."""
_ALIGNED = 0.6
"""Two words of at least this cosine are taken to say the same."""


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence of an answer, a key point, or a side of a misconception."""

    text: str
    words: tuple[Word, ...]
    states: Vectors
    """Contextual word states, shape (len(words), dimensions), unit rows."""
    vector: Vectors
    """The embedding, shape (dimensions,)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How an answer fits one key point."""

    match: Numbers
    """Shape (len(MATCH_NAMES),): high where the answer speaks of the point."""
    conflict: Numbers
    """Shape (len(CONFLICT_NAMES),): high where it says something else of the same."""
    sentence: str
    """The sentence that speaks of it most."""


class Weights:
    """How much each word says: its inverse document frequency in the corpus, scaled to at most 1."""

    def __init__(self, corpus: Corpus) -> None:
        seen: dict[str, int] = {}
        for question in corpus.questions:
            texts = (question.question, *question.key_points, question.answer)
            for key in {word.key for text in texts for word in words(text) if word.content}:
                seen[key] = seen.get(key, 0) + 1
        self._scale = math.log(1 + max(len(corpus.questions), 1))
        self._seen = seen
        self._count = max(len(corpus.questions), 1)

    def of(self, key: str) -> float:
        """The weight of a content word."""
        return math.log((1 + self._count) / (1 + self._seen.get(key, 0))) / self._scale * 0.8 + 0.2


def read_parts(encoder: TokenEncoder, texts: Sequence[str]) -> list[Part]:
    """Embed texts word by word."""
    parts = []
    for text, encoded in zip(texts, encoder.encode_tokens(texts) if texts else [], strict=True):
        kept: list[Word] = []
        states: list[Vectors] = []
        first = 0
        for word in words(text):
            while first < len(encoded.spans) and encoded.spans[first][1] <= word.start:
                first += 1
            last = first
            while last < len(encoded.spans) and encoded.spans[last][0] < word.end:
                last += 1
            if last == first:
                continue  # beyond the model's longest input
            mean = encoded.states[first:last].mean(axis=0)
            kept.append(word)
            states.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
        dimensions = encoded.sentence.shape[0]
        stacked = np.stack(states) if states else np.zeros((0, dimensions), dtype=np.float32)
        parts.append(Part(text, tuple(kept), stacked, encoded.sentence))
    return parts


@dataclass(frozen=True, slots=True)
class Against:
    """What a question gives away, and what must not be mistaken for its key points."""

    asked: frozenset[str]
    """The word keys of the question."""
    rivals: Mapping[str, frozenset[str]]
    """The things that the question sets against each other."""
    wrong: tuple[Part, ...]
    """The wrong sides of the misconceptions."""


def evidence(point: Part, sentences: Sequence[Part], against: Against, weights: Weights) -> Evidence:
    """Compare one key point with an answer."""
    sentences = [sentence for sentence in sentences if sentence.words]
    rows = [row for row, word in enumerate(point.words) if word.content]
    if not rows or not sentences:
        return Evidence(np.zeros(len(MATCH_NAMES), np.float32), np.zeros(len(CONFLICT_NAMES), np.float32), "")
    weight = np.array(
        [
            weights.of(point.words[row].key) * (_GIVEN_AWAY if point.words[row].key in against.asked else 1.0)
            for row in rows
        ]
    )
    keys = [point.words[row].key for row in rows]
    best = np.stack([_best_matches(point, rows, sentence) for sentence in sentences])
    windows = np.concatenate([best, np.maximum(best[:-1], best[1:])]) if len(best) > 1 else best
    by_window = _soft(windows) @ weight / weight.sum()
    overall = _soft(best.max(axis=0))
    rare = weight >= np.median(weight)
    said = {word.key for sentence in sentences for word in sentence.words}
    vectors = np.stack([sentence.vector for sentence in sentences])
    pairs = vectors[:-1] + vectors[1:]
    pairs /= np.maximum(np.linalg.norm(pairs, axis=1, keepdims=True), 1e-9)
    cosines = np.concatenate([vectors, pairs]) @ point.vector
    mean = vectors.mean(axis=0)
    named = [key for key, row in zip(keys, rows, strict=True) if _is_name(point.words[row].text)]
    match = np.array(
        [
            overall @ weight / weight.sum(),
            by_window.max(),
            overall[rare] @ weight[rare] / weight[rare].sum(),
            weight[[key in said for key in keys]].sum() / weight.sum(),
            cosines.max(),
            mean @ point.vector / max(float(np.linalg.norm(mean)), 1e-9),
            np.mean([key in said for key in named]) if named else 0.5,
        ],
        dtype=np.float32,
    )
    closest = int(np.argmax(_soft(best) @ weight / weight.sum() + cosines[: len(sentences)]))
    return Evidence(match, _conflict(point, rows, weight, closest, sentences, against), sentences[closest].text)


def precision(sentences: Sequence[Part], known: Sequence[Part], asked: frozenset[str], weights: Weights) -> float:
    """Soft share of what the answer says that stands in the key points or what is right, question words left out."""
    matched = total = 0.0
    if not known:
        return 0.0
    states = np.concatenate([part.states for part in known])
    keys = {word.key for part in known for word in part.words}
    for sentence in sentences:
        rows = [row for row, word in enumerate(sentence.words) if word.content and word.key not in asked]
        if rows:
            best = _soft((sentence.states[rows] @ states.T).max(axis=1))
            shares = np.array([weights.of(sentence.words[row].key) for row in rows])
            best = np.maximum(best, [sentence.words[row].key in keys for row in rows])
            matched += float(best @ shares)
            total += float(shares.sum())
    return matched / total if total else 0.0


def _best_matches(point: Part, rows: Sequence[int], sentence: Part) -> Numbers:
    similar = point.states[list(rows)] @ sentence.states.T
    same = np.array([[point.words[row].key == word.key for word in sentence.words] for row in rows])
    return np.asarray(np.maximum(similar, 0.85 * same).max(axis=1), dtype=np.float32)


def _soft(similarity: Numbers) -> Numbers:
    """What a cosine of word states is worth: unrelated words of one subject reach about 0.35."""
    return np.asarray(np.clip((similarity - 0.35) / 0.5, 0, 1), dtype=np.float32)


def _conflict(
    point: Part, rows: Sequence[int], weight: Numbers, closest: int, read: Sequence[Part], against: Against
) -> Numbers:
    sentence = read[closest]
    if not sentence.words:
        return np.zeros(len(CONFLICT_NAMES), dtype=np.float32)
    similar = point.states @ sentence.states.T
    differing = aligned = 0.0
    for row, share in zip(rows, weight, strict=True):
        word = point.words[row]
        column = next(
            (place for place, other in enumerate(sentence.words) if other.key == word.key), int(similar[row].argmax())
        )
        if sentence.words[column].key == word.key or similar[row, column] >= _ALIGNED:
            aligned += share
            differing += share * (word.negated != sentence.words[column].negated)
    polarity = differing / aligned if aligned else 0.0
    numbers, others = _numbers(point.words), _numbers(sentence.words)
    from_wrong = max((float(part.vector @ sentence.vector) for part in against.wrong), default=-1.0)
    return np.array(
        [
            polarity,
            min(max(polarity - 0.3, 0.0) / 0.4, 1.0),
            _rival(point, rows, weight, read, against.rivals),
            _inversion([word.key for word in point.words if word.content], [word.key for word in sentence.words]),
            float(bool(numbers and others and not numbers & others)),
            max(from_wrong - float(point.vector @ sentence.vector), 0.0) if against.wrong else 0.0,
        ],
        dtype=np.float32,
    )


def _rival(
    point: Part, rows: Sequence[int], weight: Numbers, read: Sequence[Part], rivals: Mapping[str, frozenset[str]]
) -> float:
    """How much of what the point says of one thing the answer says of its rival, 0 to 1."""
    found = 0.0
    for clause in {point.words[row].clause for row in rows}:
        here = [(row, share) for row, share in zip(rows, weight, strict=True) if point.words[row].clause == clause]
        keys = {point.words[row].key for row, _ in here}
        found = max(found, _exchanged(point, clause, read, rivals))
        for key in keys:
            set_against = rivals.get(key, frozenset()) - keys
            others = set_against | (OPPOSITES.get(key, frozenset()) - keys)
            rest = [(row, share) for row, share in here if point.words[row].key != key]
            if not others or len(rest) < _LEAST_SAID:
                continue
            shares = np.array([share for _, share in rest])
            of_key = of_rival = 0.0
            for sentence in read:
                similar = np.maximum(
                    _soft(point.states[[row for row, _ in rest]] @ sentence.states.T),
                    [[point.words[row].key == word.key for word in sentence.words] for row, _ in rest],
                )
                clauses = np.array([word.clause for word in sentence.words])
                for each in np.unique(clauses):
                    said = float(similar[:, clauses == each].max(axis=1) @ shares / shares.sum())
                    subjects = {word.key for word in sentence.words if word.clause == each}
                    if key in subjects:
                        of_key = max(of_key, said)
                    elif others & subjects:
                        of_rival = max(of_rival, said)
            found = max(found, (of_rival - of_key) * (1.0 if set_against else _BY_WORD_ALONE))
    return found


def _exchanged(point: Part, clause: int, read: Sequence[Part], rivals: Mapping[str, frozenset[str]]) -> float:
    """Whether the answer compares the same two things the other way round: `SGD needs more than Adam`.

    1 where both stand round the same word of comparison in the other order and no opposite word makes up for it.
    """
    own = [word for word in point.words if word.clause == clause]
    for sentence in read:
        for each in {word.clause for word in sentence.words}:
            other = [word for word in sentence.words if word.clause == each]
            for key, comparison, rival in _compared(own, rivals):
                if (rival, comparison, key) in _compared(other, rivals):
                    said = {word.key for word in other}
                    opposed = any(OPPOSITES.get(word.key, frozenset()) & said - {key, rival} for word in own)
                    shared = {word.key for word in own if word.content} & said - {key, rival}
                    if shared and not opposed:
                        return 1.0
    return 0.0


def _compared(clause: Sequence[Word], rivals: Mapping[str, frozenset[str]]) -> list[tuple[str, str, str]]:
    """The rivals that a clause compares: what comes before the word of comparison, that word, what comes after."""
    return [
        (before.key, word.text.lower(), after.key)
        for place, word in enumerate(clause)
        if word.text.lower() in _COMPARISONS
        for before in clause[:place]
        for after in clause[place + 1 :]
        if after.key in rivals.get(before.key, ())
    ]


def _inversion(keys: Sequence[str], others: Sequence[str]) -> float:
    """Share of the pairs of words that both texts have once, and in another order."""
    shared = [others.index(key) for key in keys if keys.count(key) == 1 and others.count(key) == 1]
    pairs = [(one, other) for place, one in enumerate(shared) for other in shared[place + 1 :]]
    return sum(one > other for one, other in pairs) / len(pairs) if pairs else 0.0


def _numbers(found: Iterable[Word]) -> frozenset[str]:
    return frozenset(word.key for word in found if word.text[0].isdigit())


def _is_name(text: str) -> bool:
    return is_identifier(text) or text[0].isdigit()
