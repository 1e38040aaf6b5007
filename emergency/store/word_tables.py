"""Bulletins, approvals, the rumour register, contacts and their tests."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from emergency.store.tables import Serial, metadata

bulletin = Table(
    "bulletin",
    metadata,
    Column("bulletin_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text),
    Column("comms_id", Text, nullable=False, server_default=""),  # row of the playbook it answers
    Column("audience", Text, nullable=False),
    Column("channels", Text, nullable=False),  # JSON list
    Column("kind", Text, nullable=False),  # of the template: guide, holding, correction, …
    Column("template", Text, nullable=False, server_default=""),  # id@version it began as
    Column("level", Integer),
    Column("languages", Text, nullable=False),  # JSON list: en, zh
    Column("subject", Text, nullable=False),  # JSON {"en","zh"}, gaps and all
    Column("body", Text, nullable=False),  # JSON {"en","zh"}, gaps and all
    Column("figures", Text, nullable=False),  # JSON: the ledger as it was when last read
    Column("choices", Text, nullable=False, server_default="{}"),  # JSON {figure: {source, actor, at_us, why}}
    Column("recipients", Text, nullable=False, server_default="[]"),  # JSON: [channel, [addresses]] of a correction
    Column("corrects", BigInteger),  # the bulletin that was wrong
    Column("approver_role", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),  # draft, submitted, approved, sent, dropped
    Column("authors", Text, nullable=False),  # JSON list: everybody who wrote in it
    Column("read_us", BigInteger, nullable=False),  # when the figures were read
    Column("created_us", BigInteger, nullable=False),
    Column("submitted_us", BigInteger),
    Column("approved_us", BigInteger),
    Column("approver", Text, nullable=False, server_default=""),
    Column("sent_us", BigInteger),
    Column("sent_by", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),  # why it was sent back or dropped
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_bulletin_incident", "incident_id", "state"),
)

rumour = Table(
    "rumour",
    metadata,
    Column("rumour_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text),
    Column("heard", Text, nullable=False),
    Column("heard_where", Text, nullable=False),
    Column("heard_us", BigInteger, nullable=False),
    Column("taken_us", BigInteger, nullable=False),
    Column("taken_by", Text, nullable=False),
    Column("verdict", Text, nullable=False, server_default=""),  # false, true, partly, unknown
    Column("answer", Text, nullable=False, server_default=""),
    Column("answered_by", Text, nullable=False, server_default=""),
    Column("answered_us", BigInteger),
    Column("audience", Text, nullable=False, server_default=""),  # to whom the answer is given
    Column("approver_role", Text, nullable=False, server_default=""),  # whom the playbook names for that audience
    Column("approved_by", Text, nullable=False, server_default=""),
    Column("approved_us", BigInteger),
    Column("published_where", Text, nullable=False, server_default=""),
    Column("published_us", BigInteger),
    Column("state", Text, nullable=False),  # open, answered, approved, published, closed
    Column("version", Integer, nullable=False, server_default="1"),
)

# Names and addresses of people: they stay in these two tables and never go into the journal.
contact = Table(
    "contact",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("channels", Text, nullable=False),  # JSON list of [channel, address]
    Column("ordinal", Integer, nullable=False),
)

contact_test = Table(
    "contact_test",
    metadata,
    Column("test_id", Serial, primary_key=True, autoincrement=True),
    Column("note", Text, nullable=False, server_default=""),
    Column("started_us", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("closed_us", BigInteger),
)

contact_answer = Table(
    "contact_answer",
    metadata,
    Column("test_id", BigInteger, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("channels", Text, nullable=False),  # JSON, as they were when the test was sent
    Column("answered_us", BigInteger),
    Column("how", Text, nullable=False, server_default=""),
    Column("taken_by", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("test_id", "contact_id"),
)
