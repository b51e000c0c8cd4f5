"""What can be read off an answer without a model: its sentences, its words, and what they deny."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.words import GLOSSARY, STOP_WORDS, is_identifier, stem

LONGEST_ANSWER = 4000
"""Characters that are graded: what a Discord modal can hold."""

MOST_STATEMENTS = 8
"""Sentences of an answer that stand for its key points: who says eight things has said enough."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?:'[a-z]+)?|\d+(?:\.\d+)?(?:e-?\d+)?|-?inf\b")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|(?<=[^0-9\s]):\s+")
_CLAUSE = re.compile(
    r"[,;:](?=\s)|\s\([^)]{3,}\)|"
    r"\b(?:while|whereas|but|because|since|although|though|unlike|instead|so|then|if|unless|until)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"^(`{3,}).*?(?:^\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_LONGEST_SENTENCE = 60
"""Words; what has no full stop for longer is cut at its commas."""

_NEGATORS = frozenset(
    "not no never none neither nor cannot without nothing nobody nowhere can't don't doesn't didn't isn't aren't "
    "wasn't weren't won't wouldn't shouldn't couldn't hasn't haven't hadn't needn't mustn't "
    "cant dont doesnt didnt isnt arent "
    "wasnt wont".split()
)

_CONNECTORS = frozenset("and or vs versus from than over with to against".split())
_COMPARES = re.compile(
    r"\b(?:differen\w*|differs?|vs|versus|rather than|instead of|prefer|relate|over|"
    r"between|both|compare\w*|which|same)\b",
    re.IGNORECASE,
)

_OPPOSITES = (
    "more less|larger smaller|bigger smaller|higher lower|high low|faster slower|fast slow|increase decrease|"
    "raise lower|grow shrink|before after|first last|same different|equal unequal|always never|train eval|"
    "training evaluation|training inference|forward backward|row column|view copy|share copy|copy alias|"
    "static dynamic|input output|enable disable|on off|safe unsafe|exact approximate|existing new|"
    "smallest largest|minimum maximum|left right|upper lower|synchronous asynchronous|dense sparse|float integer|"
    "mean sum|average sum|keep drop|keep remove|local global|biased unbiased|logits probabilities|positive negative|"
    "cheap expensive|eager compiled|leaf non-leaf|contiguous non-contiguous|once repeatedly|multiply divide|"
    "subtract add|together separately|full partial|weights gradients|parameters gradients|mutable immutable|"
    "recommended deprecated|allowed forbidden|ignored attended|include exclude|all one|whole part|inside outside|"
    "early late|start end|thread process|intra inter|module function|module functional|"
    "above below|row col|rows cols|prefix suffix|class function|raw normalised|boolean float|keys queries|head body"
)


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split("|"):
        one, other = (stem(word) for word in pair.split())
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


OPPOSITES = _opposites()
"""Words that cannot both be said of the same thing, by their stems."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text."""

    text: str
    start: int
    end: int
    key: str
    """What makes two words the same: the stem, or the last part of a name in code."""
    content: bool
    """Whether it says something of the subject."""
    clause: int
    """Which clause of the sentence it stands in."""
    negated: bool
    """Whether its clause denies something."""


def sentences(text: str) -> list[str]:
    """The sentences of a text; over-long ones are cut at commas."""
    found: list[str] = []
    for part in _SENTENCE.split(text.strip()):
        if len(part.split()) <= _LONGEST_SENTENCE:
            found.append(part)
            continue
        piece: list[str] = []
        for chunk in re.split(r"(?<=,)\s+", part):
            words = chunk.split()
            while words:
                room = _LONGEST_SENTENCE - len(piece)
                piece, words = piece + words[:room], words[room:]
                if len(piece) >= _LONGEST_SENTENCE:
                    found.append(" ".join(piece))
                    piece = []
            if len(piece) > _LONGEST_SENTENCE // 2:
                found.append(" ".join(piece))
                piece = []
        found.append(" ".join(piece))
    return [sentence.strip() for sentence in found if any(character.isalnum() for character in sentence)]


def statements(answer: str) -> tuple[str, ...]:
    """The first sentences of a model answer, without its code: its key points, where nobody has written any."""
    return tuple(sentences(_CODE.sub("\n\n", answer))[:MOST_STATEMENTS]) or (answer.strip(),)


def words(text: str) -> list[Word]:
    """The words of one sentence, each with its clause and whether that clause denies something."""
    plain = text.replace("’", "'")
    tokens = list(_WORD.finditer(plain))
    lower = [token[0].lower() for token in tokens]
    denies = [one in _NEGATORS and not _only(plain, token.end()) for one, token in zip(lower, tokens, strict=True)]
    breaks = sorted({place for match in _CLAUSE.finditer(plain) for place in (match.start(), match.end() - 1)})
    clauses: list[int] = []
    splits = 0
    for row, token in enumerate(tokens):
        # "It copies and does not share": what is denied is only what comes after the "and".
        splits += lower[row] == "and" and any(denies[row : row + 4])
        clauses.append(bisect_left(breaks, token.start() + 1) + splits)
    denied = {clause for clause, denying in zip(clauses, denies, strict=True) if denying}
    return [
        Word(
            text=token[0],
            start=token.start(),
            end=token.end(),
            key=word_key(token[0]),
            content=one not in _NEGATORS and (is_identifier(token[0]) or one not in FUNCTION_WORDS),
            clause=clause,
            negated=clause in denied,
        )
        for token, one, clause in zip(tokens, lower, clauses, strict=True)
    ]


def word_key(token: str) -> str:
    """The same for words that mean the same: `nn.Dropout` and `dropout`, `copies` and `copy`."""
    lower = token.lower().removesuffix("'s")
    if is_identifier(token):
        lower = lower.rpartition(".")[2].strip("_") or lower
        if "_" in lower or any(character.isdigit() for character in lower):
            return lower
    long_form = GLOSSARY.get(lower)
    return stem(long_form.lower() if long_form and " " not in long_form else lower)


def rivals_in(question: str) -> dict[str, frozenset[str]]:
    """The things that a question sets against each other, by word key: for `cat vs stack`, each for the other."""
    found: dict[str, set[str]] = {}
    compares = bool(_COMPARES.search(question))
    spoken = words(question)
    for row, word in enumerate(spoken):
        if word.text.lower() not in _CONNECTORS and not _is_listed(question, word):
            continue
        before = [one for one in spoken[max(row - 3, 0) : row] if one.content and not _COMPARES.search(one.text)][-1:]
        after = [one for one in spoken[row : row + 4] if one.content and one is not word][:1]
        if _is_listed(question, word):
            after = [word]
        for one in before:
            for other in after:
                named = is_identifier(one.text) and is_identifier(other.text)
                if one.key != other.key and (compares or named):
                    found.setdefault(one.key, set()).add(other.key)
                    found.setdefault(other.key, set()).add(one.key)
    return {key: frozenset(others) for key, others in found.items()}


def _is_listed(question: str, word: Word) -> bool:
    return word.content and question[: word.start].rstrip().endswith(",")


def content_keys(texts: Sequence[str]) -> frozenset[str]:
    """The word keys of everything that the texts speak of."""
    return frozenset(word.key for text in texts for word in words(text) if word.content)


FUNCTION_WORDS = (
    STOP_WORDS
    | frozenset(
        "very still even such each every other others same thing things kind way ways lot much many more most less few "
        "because while whereas although though after before during through per within without instead rather else "
        "he she him her us them itself themselves himself who whose always never often usually really simply just "
        "make makes made go goes going come comes take takes give gives given got let lets put puts say says need "
        "needs want wants happen happens become becomes like likes well however therefore thus hence basically "
        "typically normally e.g i.e etc i'd i'm i've it's that's there's you're you'd you'll you've we're they're "
        "what's he's let's but yet both either one's".split()
    )
) - frozenset("more less before after same always never without during difference different".split())


def _only(text: str, end: int) -> bool:
    """Whether a negator is part of `not only`, `no longer needs`, `not just`: these do not deny what follows."""
    return bool(re.match(r"\s+(?:only|just|merely|matter|more than|need to worry)\b", text[end : end + 24], re.I))
