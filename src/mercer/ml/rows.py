"""Sparse rows as three plain arrays, with the few operations that answering one question in microseconds needs.

A scipy matrix costs tens of microseconds to construct; these cost nothing, and give the same numbers, to the last bit,
for one row as for a thousand: sums run over a row's entries in their order, whatever stands in the other rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


class Rows(NamedTuple):
    """Compressed sparse rows: row r holds ``data[indptr[r]:indptr[r+1]]`` at the columns ``indices[…]``."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def lengths(self) -> NDArray[np.int64]:
        """Entries in each row."""
        return np.diff(self.indptr)

    def owner(self) -> NDArray[np.int64]:
        """The row of each entry."""
        return np.repeat(np.arange(len(self)), self.lengths())

    def scipy(self, columns: int) -> sparse.csr_array:
        """The same as a scipy matrix."""
        return sparse.csr_array((self.data, self.indices, self.indptr), shape=(len(self), columns))


def rows_of(matrix: sparse.spmatrix | sparse.sparray) -> Rows:
    """A scipy matrix as rows, columns ascending."""
    held = sparse.csr_array(matrix)
    held.sum_duplicates()
    return Rows(held.indptr.astype(np.int64), held.indices.astype(np.int32), held.data.astype(np.float32))


def empty(rows: int) -> Rows:
    """So many rows with nothing in them."""
    return Rows(np.zeros(rows + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))


def group(owner: NDArray, column: NDArray, value: NDArray, rows: int) -> Rows:
    """Entries given in any order, as rows; within a row they keep their order. Owners below 0 are left out.

    >>> group(np.array([1, 0, 1]), np.array([5, 6, 7]), np.array([1.0, 2.0, 3.0]), 2).indices.tolist()
    [6, 5, 7]
    """
    kept = owner >= 0
    order = np.argsort(owner[kept], kind="stable")
    indptr = np.zeros(rows + 1, np.int64)
    np.cumsum(np.bincount(owner[kept], minlength=rows), out=indptr[1:])
    return Rows(indptr, column[kept][order].astype(np.int32), value[kept][order].astype(np.float32))


def spans(indptr: NDArray[np.int64], which: NDArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the entries of some rows stand, one after the other, and how many each row has; -1 is an empty row."""
    if len(which) == 1:  # the everyday case of one question, without the arithmetic
        row = which[0]
        begin, end = (indptr[row], indptr[row + 1]) if row >= 0 else (0, 0)
        return np.arange(begin, end), np.array([end - begin])
    begin = indptr[which]
    lengths = np.where(which >= 0, indptr[which + 1] - begin, 0)
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(begin - ends + lengths, lengths), lengths


def take(rows: Rows, which: NDArray) -> Rows:
    """Some rows, in the order asked for; -1 gives an empty row."""
    places, lengths = spans(rows.indptr, which)
    indptr = np.zeros(len(which) + 1, np.int64)
    np.cumsum(lengths, out=indptr[1:])
    return Rows(indptr, rows.indices[places], rows.data[places])


def times(left: Rows, right: Rows, columns: int) -> NDArray[np.float32]:
    """The product of two sparse matrices as dense rows; cost: the entries met, plus the size of the result.

    >>> a = rows_of(sparse.csr_array(np.array([[1.0, 2.0]])))
    >>> b = rows_of(sparse.csr_array(np.array([[0.0, 3.0], [5.0, 7.0]])))
    >>> times(a, b, 2).tolist()
    [[10.0, 17.0]]
    """
    places, lengths = spans(right.indptr, left.indices)
    weights = np.repeat(left.data, lengths) * right.data[places]
    at = right.indices[places]
    if len(left) > 1:
        met = np.add.reduceat(np.append(lengths, 0), left.indptr[:-1]) if len(lengths) else np.zeros(len(left), int)
        met[left.lengths() == 0] = 0
        at = at + np.repeat(np.arange(len(left)) * columns, met)
    dense = np.bincount(at, weights, minlength=len(left) * columns)
    return dense.astype(np.float32).reshape(len(left), columns)


def scatter(rows: Rows, columns: int) -> NDArray[np.float32]:
    """The rows written out densely; entries of one place are added."""
    at = rows.indices if len(rows) == 1 else rows.indices + rows.owner() * columns
    dense = np.bincount(at, rows.data, minlength=len(rows) * columns)
    return dense.astype(np.float32).reshape(len(rows), columns)


def keep_largest(rows: Rows, most: int, by: NDArray | None = None) -> Rows:
    """Each row's ``most`` entries that are largest in ``by`` (their absolute value by default), in the order they stand.

    Of equal ones at the border the first are kept.
    """
    lengths = rows.lengths()
    long = np.flatnonzero(lengths > most)
    if not len(long):
        return rows
    size = np.abs(rows.data) if by is None else by
    kept = np.ones(len(rows.data), bool)
    for begin, end in zip(rows.indptr[long].tolist(), rows.indptr[long + 1].tolist(), strict=True):
        mine = size[begin:end]
        edge = np.partition(mine, len(mine) - most)[len(mine) - most]
        kept[begin:end] = mine > edge
        equal = np.flatnonzero(mine == edge)
        kept[begin + equal[: most - int(kept[begin:end].sum())]] = True
    indptr = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(np.minimum(lengths, most), out=indptr[1:])
    return Rows(indptr, rows.indices[kept], rows.data[kept])
