"""After the review: improvement items, ratings, voices, what was exercised, training records, scheduled drills.

A review is about one run of a drill or one incident: ``subject_kind`` (run, incident) and ``subject_id``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from emergency.store.tables import Serial, metadata

improvement = Table(
    "improvement",
    metadata,
    Column("item_id", Serial, primary_key=True, autoincrement=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("subject_title", Text, nullable=False),  # JSON {"en","zh"}
    Column("objective", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default=""),  # expectation or outcome it was found at
    Column("issue", Text, nullable=False),  # JSON of a message, or {"text": …} in a person's words
    Column("root_cause", Text, nullable=False, server_default=""),
    Column("action", Text, nullable=False, server_default=""),
    Column("element", Text, nullable=False),  # planning, organisation, equipment, training, exercise
    Column("owner", Text, nullable=False, server_default=""),
    Column("owner_role", Text, nullable=False, server_default=""),
    Column("due_us", BigInteger),
    Column("metric", Text, nullable=False, server_default=""),  # drill.<script>.<source>.<dimension>
    Column("target_value", Float),
    Column("better", Text, nullable=False, server_default="higher"),
    Column("before_value", Float),
    Column("verify_drill", Text, nullable=False, server_default=""),  # id of the script that shows it
    Column("state", Text, nullable=False, server_default="plan"),
    Column("evidence", Text, nullable=False, server_default=""),
    Column("feedback_id", BigInteger),  # the remark on the playbook it led to
    Column("created_us", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("closed_us", BigInteger),
    Column("closed_by", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('plan', 'do', 'check', 'act', 'closed', 'dropped')", name="state"),
    # Who did it does not sign that it is done, whoever writes and by whatever path.
    CheckConstraint("state <> 'closed' OR closed_by <> owner", name="closer"),
    Index("ix_improvement_state", "state", "due_us"),
)

improvement_check = Table(
    "improvement_check",
    metadata,
    Column("item_id", BigInteger, ForeignKey("improvement.item_id"), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("before_value", Float),
    Column("after_value", Float),
    Column("met", Boolean, nullable=False),
    Column("why_not", Text, nullable=False, server_default=""),  # robots, early: shown, but no proof
    Column("checked_us", BigInteger, nullable=False),
    Column("checked_by", Text, nullable=False),
    PrimaryKeyConstraint("item_id", "run_id"),
)

# What was told by itself, once: an overdue item taken a step higher, a drill that comes near.
learning_notice = Table(
    "learning_notice",
    metadata,
    Column("kind", Text, nullable=False),  # improvement, drill_date
    Column("ref", Text, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("told", Text, nullable=False),
    Column("told_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("kind", "ref", "stage"),
)

review_sheet = Table(
    "review_sheet",
    metadata,
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("evaluator", Text, nullable=False),
    Column("objectives", Text, nullable=False),  # JSON list: what this evaluator rates
    Column("marks", Text, nullable=False, server_default="{}"),  # JSON {objective: {"band", "note"}}
    Column("appointed_us", BigInteger, nullable=False),
    Column("appointed_by", Text, nullable=False),
    Column("sealed_us", BigInteger),
    Column("after_opening", Boolean, nullable=False, server_default=false()),  # asked when the results were open
    Column("version", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("subject_kind", "subject_id", "evaluator"),
)

# From here on a panel's results are open to all, and stay so: everybody had sealed, or the director said why not.
review_opening = Table(
    "review_opening",
    metadata,
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),  # "" where everybody had sealed
    Column("without", Text, nullable=False, server_default="[]"),  # JSON list: who had not sealed
    PrimaryKeyConstraint("subject_kind", "subject_id"),
)

# What a panel that was far apart agreed on when it had talked it over.
review_settled = Table(
    "review_settled",
    metadata,
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("objective", Text, nullable=False),
    Column("band", Text, nullable=False),  # P, S, M or U
    Column("reason", Text, nullable=False),
    Column("settled_us", BigInteger, nullable=False),
    Column("settled_by", Text, nullable=False),
    PrimaryKeyConstraint("subject_kind", "subject_id", "objective"),
)

review_voice = Table(
    "review_voice",
    metadata,
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("marks", Text, nullable=False),  # JSON {question: 1 to 5}
    Column("well", Text, nullable=False, server_default=""),
    Column("badly", Text, nullable=False, server_default=""),
    Column("wish", Text, nullable=False, server_default=""),
    Column("said_us", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("subject_kind", "subject_id", "person"),
)

review_note = Table(
    "review_note",
    metadata,
    Column("note_id", Serial, primary_key=True, autoincrement=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("topic", Text, nullable=False),  # keep, change, question
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("noted_us", BigInteger, nullable=False),
    Column("withdrawn_us", BigInteger),
    Index("ix_review_note_subject", "subject_kind", "subject_id"),
)

review_report = Table(
    "review_report",
    metadata,
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("conclusion", Text, nullable=False, server_default=""),
    Column("record", Text, nullable=False, server_default=""),  # JSON: score and review as they were published
    Column("written_by", Text, nullable=False, server_default=""),
    Column("published_us", BigInteger),
    Column("published_by", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("subject_kind", "subject_id"),
)

exercise = Table(
    "exercise",
    metadata,
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("title", Text, nullable=False),  # JSON
    Column("drill_id", Text, nullable=False, server_default=""),
    Column("held_us", BigInteger, nullable=False),
    Column("incident_kind", Text, nullable=False),
    Column("level", Integer),  # the gravest that was in force
    Column("playbook", Text, nullable=False),  # id@version
    Column("roles", Text, nullable=False),  # JSON list: roles that acted
    Column("clauses", Text, nullable=False),  # JSON {clause: done, late, missed}
    Column("by_robots", Text, nullable=False, server_default="[]"),  # JSON list: expectations a robot answered
    Column("overall", Float),
    Column("band", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("subject_kind", "subject_id"),
)

training_record = Table(
    "training_record",
    metadata,
    Column("record_id", Serial, primary_key=True, autoincrement=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("title", Text, nullable=False),  # JSON
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("role_title", Text, nullable=False),  # JSON
    Column("held_us", BigInteger, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("in_time", Integer, nullable=False),
    Column("points", Float),
    UniqueConstraint("subject_kind", "subject_id", "person", "role"),
)

drill_date = Table(
    "drill_date",
    metadata,
    Column("date_id", Serial, primary_key=True, autoincrement=True),
    Column("drill_id", Text, nullable=False),
    Column("title", Text, nullable=False),  # JSON
    Column("starts_us", BigInteger, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    Column("organiser", Text, nullable=False),
    Column("invited", Text, nullable=False),  # JSON list of {"name", "role", "address"}
    Column("manner", Text, nullable=False),  # people, robots
    Column("every_months", Integer),
    Column("uid", Text, nullable=False),
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False),  # planned, held, cancelled
    Column("run_id", Text, nullable=False, server_default=""),
    Column("fault", Text, nullable=False, server_default=""),  # JSON of a message: why it could not be played
    Column("created_us", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('planned', 'held', 'cancelled')", name="state"),
    CheckConstraint("manner IN ('people', 'robots')", name="manner"),
    UniqueConstraint("uid"),
)
