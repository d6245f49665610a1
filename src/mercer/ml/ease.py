"""EASE: each item's presence predicted from the others' by ridge regression, in closed form.

Steck (2019), Embarrassingly shallow autoencoders for sparse data, WWW: with Gram matrix G = XᵀX and P = (G + λI)⁻¹,
the weights that minimise ‖X - XB‖² + λ‖B‖² with diag(B) = 0 are B_ij = -P_ij / P_jj. A score is a history times B.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from mercer.ml.rows import Rows, keep_largest

CELLS = 16_000_000
"""Entries of the small systems solved at once: 64 MB of float32."""


def dense_weights(gram: NDArray, ridge: float) -> NDArray[np.float32]:
    """B for a dense Gram matrix, by Cholesky in its own precision; overwrites ``gram``. Memory: two n × n matrices."""
    n = len(gram)
    gram[np.diag_indices(n)] += ridge
    factor, failed = linalg.lapack.get_lapack_funcs("potrf", (gram,))(gram, lower=False, overwrite_a=True, clean=True)
    if failed:
        raise np.linalg.LinAlgError(f"the Gram matrix with ridge {ridge} is not positive definite")
    inverse, failed = linalg.lapack.get_lapack_funcs("potri", (factor,))(factor, lower=False, overwrite_c=True)
    upper = np.triu(inverse, 1)
    whole = upper + upper.T
    weights = whole / -np.diag(inverse)[None, :]
    return weights.astype(np.float32)


def local_weights(gram: sparse.csr_array, ridge: float, neighbours: int, by: NDArray | None = None) -> Rows:
    """B with at most ``neighbours`` entries a column, for a sparse Gram matrix: memory O(n · neighbours).

    Item j's column is the exact ridge regression of j on the items N_j that are found with it most:
    (G_NN + λI) b = G_Nj. That is EASE with the support of B fixed beforehand, solved column by column as small dense
    systems, in batches; Steck (2019), Markov random fields for collaborative filtering, NeurIPS, derives the same
    sub-problems and shows how little is lost. ``by`` ranks the candidates of each column (an entry for each of the
    Gram matrix); by default the correlation G_ij / √(G_ii G_jj).

    Returned by rows: row i holds what the presence of i adds to each item.
    """
    n = gram.shape[0]
    gram = sparse.csr_array(gram)
    gram.sort_indices()
    diagonal = gram.diagonal()
    rows = Rows(gram.indptr.astype(np.int64), gram.indices.astype(np.int32), gram.data.astype(np.float32))
    owner = rows.owner()
    size = np.sqrt(np.maximum(diagonal, 1e-9))
    rank = rows.data / (size[owner] * size[rows.indices]) if by is None else by
    rank = np.where(owner == rows.indices, -np.inf, rank)
    near = keep_largest(rows, neighbours + 1, rank)
    near = _without_diagonal(near)
    value = np.zeros(len(near.data), np.float32)
    for members in _batches(near.lengths()):
        width = int(near.lengths()[members[0]])
        places = near.indptr[members][:, None] + np.arange(width)
        inside = near.indices[places]  # members × width
        first, second = np.triu_indices(width)  # the system is symmetric: each pair is looked up once
        found = np.asarray(gram[inside[:, first].ravel(), inside[:, second].ravel()], np.float64)
        small = np.empty((len(members), width, width))
        small[:, first, second] = small[:, second, first] = found.reshape(len(members), -1)
        small[:, np.arange(width), np.arange(width)] += ridge
        wanted = near.data[places].astype(np.float64)
        value[places] = np.linalg.solve(small, wanted[..., None])[..., 0]
    columns = sparse.csr_array((value, near.indices, near.indptr), shape=(n, n))
    turned = sparse.csr_array(columns.T)
    turned.sort_indices()
    return Rows(turned.indptr.astype(np.int64), turned.indices.astype(np.int32), turned.data.astype(np.float32))


def _without_diagonal(rows: Rows) -> Rows:
    kept = rows.owner() != rows.indices
    indptr = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(np.bincount(rows.owner()[kept], minlength=len(rows)), out=indptr[1:])
    return Rows(indptr, rows.indices[kept], rows.data[kept])


def _batches(lengths: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Columns with equally many neighbours together, so many that their systems fit in memory; empty ones left out."""
    order = np.argsort(lengths, kind="stable")
    batches = []
    for width in np.unique(lengths[lengths > 0]):
        same = order[np.searchsorted(lengths[order], width) : np.searchsorted(lengths[order], width, side="right")]
        step = max(1, CELLS // int(width) ** 2)
        batches += [same[begin : begin + step] for begin in range(0, len(same), step)]
    return batches
