"""The floor of an HTTP answer: a bare FastAPI endpoint that reads one Pydantic record and writes another.

    python benchmarks/bare.py answer.json PORT

It validates a question with the fields of ours, and serialises, through FastAPI's own response model, an answer that is
always the same: the one in the file. It knows no key, no limit, no model, no customer and no log.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field


class Question(BaseModel):
    """What a recommendation is asked with."""

    customer: str | None = Field(None, max_length=200)
    visitor: str | None = Field(None, max_length=200)
    recent: list[str] = []
    goes_with: str | None = None
    instead_of: str | None = None
    cart: list[str] = []
    n: int = Field(10, ge=1, le=200)
    categories: list[str] = []
    in_stock_only: bool = True
    price_min_minor: int | None = Field(None, ge=0)
    price_max_minor: int | None = Field(None, ge=0)
    exclude: list[str] = []
    already_bought: str = "auto"
    language: str | None = None
    request_id: str | None = None


class Reason(BaseModel):
    """Why."""

    code: str
    text: str
    product_id: str | None = None


class Item(BaseModel):
    """One product."""

    product_id: str
    title: str
    score: float
    reasons: list[Reason]


class Answer(BaseModel):
    """What a recommendation is answered with."""

    reasons: list[Reason]
    model: str
    decision_id: str
    items: list[Item]


def application(answer: Answer) -> FastAPI:
    """The endpoint."""
    app = FastAPI()

    @app.post("/v1/recommend_products")
    async def recommend_products(question: Question) -> Answer:
        return answer

    return app


if __name__ == "__main__":
    held = Answer.model_validate_json(Path(sys.argv[1]).read_bytes())
    uvicorn.run(application(held), port=int(sys.argv[2]), access_log=False, log_level="warning")
