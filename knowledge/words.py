"""Words of a question: identifiers kept whole and in parts, plain words stemmed, typos repaired."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|\d+(?:\.\d+)?")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

STOP_WORDS = frozenset(
    "a an the of to in on for and or is are was were be been do does did i you we they it its this that these those "
    "my your our their me what which who whom how why when where with from by as at if then than so not no can could "
    "should would will shall may might must have has had there here about into out up down over under between vs "
    "versus difference differ different explain describe tell please mean meaning work works working use used using "
    "pytorch torch get getting gets some any also just only one ones exactly actually really whats".split()
)
"""Words that say nothing of what is asked."""

GLOSSARY: Mapping[str, str] = {
    "ddp": "DistributedDataParallel",
    "dp": "DataParallel",
    "fsdp": "fully_shard FSDP",
    "amp": "automatic mixed precision autocast",
    "oom": "out of memory",
    "bn": "BatchNorm batch normalization",
    "batchnorm": "batch normalization",
    "layernorm": "layer normalization",
    "batchnorm2d": "batch normalization",
    "lr": "learning rate",
    "ce": "cross entropy CrossEntropyLoss",
    "bce": "binary cross entropy BCEWithLogitsLoss",
    "mha": "MultiheadAttention",
    "sdpa": "scaled_dot_product_attention",
    "grad": "gradient",
    "grads": "gradients",
    "backprop": "backpropagation backward",
    "cnn": "convolutional convolution Conv2d",
    "rnn": "recurrent",
    "conv": "convolution",
    "dataloader": "data loader",
    "params": "parameters",
    "param": "parameter",
    "optim": "optimizer",
    "optimiser": "optimizer",
    "init": "initialization",
    "eval": "evaluation",
    "ckpt": "checkpoint",
    "np": "numpy",
    "ema": "exponential moving average AveragedModel",
    "swa": "stochastic weight averaging AveragedModel",
    "aoti": "AOTInductor",
    "dtype": "data type",
    "gpu": "cuda",
    "gpus": "cuda",
    "onnx": "ONNX export",
    "rng": "random seed generator",
    "bf16": "bfloat16",
    "fp16": "float16 half precision",
    "fp32": "float32",
    "colab": "notebook",
}
"""Short forms and what they stand for. Used for words only: the embedding does better without it."""


def terms(text: str) -> Iterator[str]:
    """The search terms of a text, in order, with repetitions.

    `nn.BatchNorm2d` gives the name itself, its last part and its words: `nn.batchnorm2d`, `batchnorm2d`, `batch`,
    `norm`. Plain words are stemmed; stop words are left out.
    """
    for token in _TOKEN.findall(text):
        yield from _terms_of(token)


def expanded_terms(text: str) -> Iterator[str]:
    """`terms`, and what the glossary says the short forms among them stand for."""
    for token in _TOKEN.findall(text):
        yield from _terms_of(token)
        if long_form := GLOSSARY.get(token.lower()):
            yield from terms(long_form)


@lru_cache(maxsize=65536)
def _terms_of(token: str) -> tuple[str, ...]:
    lower = token.lower().rstrip(".")
    if not is_identifier(token):
        return () if lower in STOP_WORDS else (stem(lower),)
    name = lower.rpartition(".")[2].strip("_") or lower
    parts = [part.lower() for part in _PART.findall(token.rpartition(".")[2])]
    if len(parts) < 2:
        return (name,)
    return (name, *(stem(part) for part in parts if part not in STOP_WORDS and len(part) > 1))


def identifiers(text: str) -> set[str]:
    """The API names in a text, each by its last part: `F.nll_loss` and `nll_loss` are one."""
    return {
        token.lower().rpartition(".")[2].strip("_") or token.lower()
        for token in _TOKEN.findall(text)
        if is_identifier(token)
    }


def is_identifier(token: str) -> bool:
    """Whether a token is written like a name in code: `scatter_`, `nn.Linear`, `BatchNorm2d`, `nll_loss`."""
    if "_" in token or ("." in token and not token[0].isdigit()):
        return True
    return bool(re.search(r"[a-z][A-Z]|[A-Za-z]\d", token))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light stem, for English as people write of code: plural, -ing, -ed, -ation and -ly endings."""
    for ending, replacement, shortest in (
        ("izations", "ize", 9),
        ("ization", "ize", 8),
        ("isation", "ize", 8),
        ("ising", "ize", 7),
        ("ised", "ize", 7),
        ("ise", "ize", 6),
        ("izing", "ize", 7),
        ("ized", "ize", 7),
        ("izes", "ize", 7),
        ("ations", "ate", 8),
        ("ation", "ate", 7),
        ("ating", "ate", 7),
        ("ated", "ate", 6),
        ("ies", "y", 5),
        ("sses", "ss", 6),
        ("ing", "", 6),
        ("ed", "", 5),
        ("es", "e", 5),
        ("ly", "", 5),
        ("s", "", 4),
    ):
        if word.endswith(ending) and len(word) >= shortest and not word.endswith("ss"):
            word = word[: len(word) - len(ending)] + replacement
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


class Speller:
    """Repairs words that neither the corpus nor the language knows.

    `corpus_words` maps each word of the corpus to how often it stands there; `language` holds words that are
    right though the corpus lacks them (the whole words of the embedding model's vocabulary).
    """

    def __init__(self, corpus_words: Mapping[str, int], language: Collection[str]) -> None:
        self._frequency = dict(corpus_words)
        self._language = frozenset(language)
        self._by_length: dict[int, list[str]] = {}
        for word in self._frequency:
            self._by_length.setdefault(len(word), []).append(word)

    def with_words(self, words: Mapping[str, int]) -> Speller:
        """A speller that knows further words, with how often each is used."""
        return Speller(
            {**{stem(word): often for word, often in words.items()}, **words, **self._frequency}, self._language
        )

    def repair(self, text: str) -> str:
        """The text with each unknown word replaced by the closest known one, where one is close enough."""
        return _TOKEN.sub(lambda match: self._repaired(match[0]), text)

    def _repaired(self, token: str) -> str:
        if "." in token:
            return ".".join(self._repaired(part) for part in token.split("."))
        word = token.lower()
        if len(word) < 4 or any(character.isdigit() for character in word):
            return token
        if word in self._frequency or word in self._language or stem(word) in self._frequency:
            return token
        allowed = 1 if len(word) < 7 else 2
        lengths = range(max(4, len(word) - allowed), len(word) + allowed + 1)
        close = (
            # People rarely miss the first letter; of equally close words the commoner one is meant.
            (distance + (0.5 if known[0] != word[0] else 0.0), -self._frequency[known], known)
            for length in lengths
            for known, distance, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
        )
        return min(close, default=(0, 0, token))[2]


def count_words(texts: Iterable[str]) -> dict[str, int]:
    """How often each word (lower case, identifiers by their last part too) stands in the texts."""
    counts: dict[str, int] = {}
    for text in texts:
        for token in _TOKEN.findall(text):
            word = token.lower()
            for form in {word, word.rpartition(".")[2]}:
                counts[form] = counts.get(form, 0) + 1
    return counts
