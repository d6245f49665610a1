"""What an answer says of itself: what was asked for and could not be done."""

from __future__ import annotations

from collections.abc import Iterator

from mercer.capabilities.recommend.batch import NEWCOMER, Batch
from mercer.capabilities.recommend.catalogue import Catalogue
from mercer.capabilities.recommend.reasons import Cause, say
from mercer.capabilities.recommend.records import RecommendRequest
from mercer.core.capability import Reason
from mercer.core.phrase import Phrase, same


def notes(request: RecommendRequest, row: Batch, catalogue: Catalogue, found: int, language: str) -> Iterator[Reason]:
    """Unknown products and categories, strangers, and answers shorter than asked for."""
    for product in (request.goes_with, request.instead_of, *request.recent, *request.cart):
        if product is not None and product not in catalogue.code:
            yield _said("unknown_product", language, product=same(product))
    for category in request.categories:
        if catalogue.category(category) < 0:
            yield _said("unknown_category", language, category=same(category))
    if row.question[0] == NEWCOMER and (request.customer is not None or request.visitor is not None):
        yield _said("stranger", language)
    if found < request.n:
        yield _said("too_few", language, found=same(str(found)), n=same(str(request.n)))


def _said(code: str, language: str, **words: Phrase) -> Reason:
    return say(Cause(code, words=words), language, [], [])
