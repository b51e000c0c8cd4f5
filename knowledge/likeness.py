"""Questions that ask nearly the same, found by the embeddings of their phrasings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors
from knowledge.index import KINDS, Index

ALIKE = 0.8
"""From this cosine on, two phrasings are worth a look. Of the corpus's questions, each of which asks something else, 3%
come that close to a phrasing of another one, all of them close relatives; a reworded question mostly comes closer."""
SAME = 0.9
"""From here on, two questions count as one: of the corpus's, one pair comes that close."""

_PHRASINGS = (KINDS.index("question"), KINDS.index("ask"))
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Phrasings:
    """The phrasings of some questions: `vectors` of shape (phrasings, dimensions), and whose each one is."""

    vectors: Vectors
    owners: npt.NDArray[np.int64]

    @classmethod
    def of(cls, index: Index) -> Phrasings:
        """The phrasings in an index; owners are its questions' places."""
        kept = np.isin(index.rows.kinds, _PHRASINGS)
        return cls(vectors_of(index)[kept], index.rows.owners[kept])


def vectors_of(index: Index) -> Vectors:
    """Every vector of an index, shape (vectors, dimensions)."""
    if not index.vectors.ntotal:
        return np.zeros((0, index.vectors.d), dtype=np.float32)
    return np.asarray(index.vectors.reconstruct_n(0, index.vectors.ntotal), dtype=np.float32)


def closest(
    vectors: Vectors, known: Phrasings, before: npt.NDArray[np.int64] | None = None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """For each vector the question with the closest phrasing, and the cosine; shapes (vectors,).

    `before` names for each vector the first question that no longer counts. Where there is none, the owner is -1 and
    the cosine 0.
    """
    owners = np.full(len(vectors), -1, dtype=np.int64)
    cosines = np.zeros(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors) if len(known.owners) else 0, _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        likeness = vectors[rows] @ known.vectors.T
        if before is not None:
            likeness[known.owners[None, :] >= before[rows, None]] = 0.0
        best = likeness.argmax(axis=1)
        cosines[rows] = likeness[np.arange(len(likeness)), best]
        owners[rows] = np.where(cosines[rows] > 0, known.owners[best], -1)
    return owners, cosines
