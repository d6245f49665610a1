"""Texts as sparse vectors: words of any script, Chinese and its neighbours by pairs of characters, weighted by rarity."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
from scipy import sparse

from mercer.ml.cooccurrence import pairs
from mercer.ml.rows import Rows

UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Kana and Han: scripts that put no space between words."""
_RUNS = re.compile(f"[{UNSPACED}]+|[^\\W_{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
COMMON = 0.2
"""A word of more than this share of the texts tells nothing apart, and would pair everything with everything."""
COMMON_MOST = 3000
"""Nor does one of more texts than that."""


def words(text: str) -> Iterator[str]:
    """Words in small letters; runs of Chinese or Japanese as pairs of neighbouring characters.

    >>> list(words("Red kettle 2L, 不锈钢水壶"))
    ['red', 'kettle', '2l', '不锈', '锈钢', '钢水', '水壶']
    """
    for run in _RUNS.findall(text.casefold()):
        if len(run) > 1 and _UNSPACED.match(run):
            yield from (run[place : place + 2] for place in range(len(run) - 1))
        else:
            yield run


def tfidf(texts: list[str]) -> sparse.csr_array:
    """A row of length 1 for each text: (1 + log count) · log(texts / texts with the word), over words of two texts or more.

    Salton & Buckley (1988), Term-weighting approaches in automatic text retrieval. A text of no such word is an empty row.
    """
    counts = [Counter(words(text)) for text in texts]
    found = Counter(word for each in counts for word in each)
    most = min(max(COMMON * len(texts), 20), COMMON_MOST)
    code = {word: place for place, word in enumerate(sorted(word for word, n in found.items() if 2 <= n <= most))}
    rarity = np.log(len(texts) / np.array([found[word] for word in code], np.float64)).astype(np.float32)
    row, column, value = [], [], []
    for place, each in enumerate(counts):
        for word, n in sorted(each.items()):
            if word in code:
                row.append(place)
                column.append(code[word])
                value.append(n)
    if not value:
        return sparse.csr_array((len(texts), 0), dtype=np.float32)
    weight = (1 + np.log(np.array(value, np.float64))) * rarity[column]
    length = np.sqrt(np.bincount(row, weight**2, len(texts)))
    weight = (weight / np.maximum(length, 1e-9)[row]).astype(np.float32)
    return sparse.csr_array((weight, (row, column)), shape=(len(texts), len(code)))


def alike(vectors: sparse.csr_array, most: int) -> Rows:
    """The ``most`` nearest rows of each row, by the cosine of rows of length 1; itself left out."""
    near = pairs(sparse.csr_array(vectors.T), sparse.csr_array(vectors.T), most + 1)
    other = near.owner() != near.indices
    indptr = np.zeros(len(near) + 1, np.int64)
    np.cumsum(np.bincount(near.owner()[other], minlength=len(near)), out=indptr[1:])
    return Rows(indptr, near.indices[other], near.data[other])
