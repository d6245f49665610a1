"""Mercer's own books: pseudonyms, imports, keys, jobs."""

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make Mercer's own tables, and give the database its random id."""
    about_store = op.create_table("about_store", _key("name"), _text("value"))
    # Snapshots remember whose they are by this id, whatever becomes of addresses and folders.
    op.bulk_insert(about_store, [{"name": "id", "value": uuid4().hex}])
    op.create_table("numbers", _key("table_name"), _whole("last"))
    op.create_table(
        "pseudonyms",
        _key("kind"),
        _key("id"),
        _text("pseudonym"),
        sa.UniqueConstraint("pseudonym", name="pseudonyms_once"),
    )
    op.create_table("forgotten", _key("pseudonym"), _text("kind"), _whole("forgotten_at"))
    op.create_table(
        "imports", _key("fingerprint"), _text("name"), _text("importer"), _whole("records"),
        sa.Column("finished", sa.Boolean, nullable=False), _whole("updated_at"),
    )  # fmt: skip
    op.create_table(
        "api_keys", _key("key_id"), _text("name"), _text("role"), sa.Column("digest", sa.LargeBinary, nullable=False),
        _whole("created_at"), _whole("revoked_at", nullable=True), sa.UniqueConstraint("digest", name="api_keys_digest"),
    )  # fmt: skip
    op.create_table(
        "job_log", _key("job_id"), _text("operation"), _text("state"), _text("step", nullable=True),
        sa.Column("done", sa.Double), sa.Column("total", sa.Double), _text("result", nullable=True),
        _text("error", nullable=True), _text("owner", nullable=True), _whole("created_at"), _whole("updated_at"),
    )  # fmt: skip
    op.create_index("job_log_by_created_at", "job_log", ["created_at"])


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _whole(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)
