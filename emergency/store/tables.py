"""One schema for SQLite and PostgreSQL; every workspace has it whole.

Instants are BIGINT microseconds since 1970 in UTC (``*_us`` or ``*_at``),
money BIGINT minor units. JSON is text: it is read back whole, never queried.
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
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# BIGINT on PostgreSQL, but SQLite fills a key by itself only when it is INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")

setting = Table("setting", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

incident = Table(
    "incident",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # natural_disaster, accident, …
    Column("perils", Text, nullable=False),  # JSON list
    Column("title", Text, nullable=False),  # JSON {"en","zh"}
    Column("cat_code", Text, nullable=False, server_default=""),  # 大灾代码
    Column("jurisdiction", Text, nullable=False),  # "CN-410000", "US-TX"
    Column("place", Text, nullable=False, server_default=""),
    Column("regions", Text, nullable=False),  # JSON list of region codes, the scope
    Column("cause", Text, nullable=False, server_default=""),
    Column("reporter", Text, nullable=False, server_default=""),
    Column("occurred_us", BigInteger, nullable=False),
    Column("discovered_us", BigInteger, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("impact_us", BigInteger),
    Column("closed_us", BigInteger),
    Column("response_level", Integer),  # in force; the class is never kept in the same field
    # In force only because nobody of the whole chain confirmed it in time.
    Column("level_provisional", Boolean, nullable=False, server_default=false()),
    Column("playbook", Text, nullable=False, server_default=""),  # id@version once opened
    Column("activated_us", BigInteger),
    Column("scope", Text, nullable=False, server_default=""),  # what the regions do not say of it
    Column("lon", Float),
    Column("lat", Float),
    Column("confirmed_us", BigInteger),  # a person confirmed that it is real
    Column("confirmed_by", Text, nullable=False, server_default=""),
    Column("alert_id", BigInteger),  # the alert it was opened from
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("response_level IS NULL OR response_level BETWEEN 1 AND 3", name="level"),
)

claim = Table(
    "claim",
    metadata,
    Column("claim_id", Serial, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("report_no", Text, nullable=False),
    Column("row_hash", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("incident_id", Text, ForeignKey("incident.incident_id")),
    Column("policy_no", Text),
    Column("line", Text, nullable=False),
    Column("cause", Text),
    Column("loss_at", BigInteger),
    Column("reported_at", BigInteger),
    Column("keyed_at", BigInteger, nullable=False),
    Column("known_at", BigInteger, nullable=False),  # reported_at, else keyed_at: when the console could know
    Column("channel", Text, nullable=False),
    Column("place", Text),
    Column("region_given", Text),
    Column("region", Text),
    Column("precision", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("currency", Text),
    Column("estimated_minor", BigInteger),
    Column("paid_minor", BigInteger),
    Column("injured", Integer),
    Column("dead", Integer),
    Column("status", Text, nullable=False),
    Column("import_id", Text, nullable=False),
    UniqueConstraint("source", "report_no"),
    Index("ix_claim_incident_region", "incident_id", "region", "line"),
    # The queue of claims without a place: small, and asked for at every look at Intake.
    Index("ix_claim_waiting", "known_at", sqlite_where=text("region IS NULL"), postgresql_where=text("region IS NULL")),
)

claim_import = Table(
    "claim_import",
    metadata,
    Column("import_id", Text, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("incident_id", Text),
    Column("started_us", BigInteger, nullable=False),
    Column("finished_us", BigInteger),
    Column("rows", Integer, nullable=False, server_default="0"),
    Column("new", Integer, nullable=False, server_default="0"),
    Column("updated", Integer, nullable=False, server_default="0"),
    Column("duplicates", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("unlocated", Integer, nullable=False, server_default="0"),
    Column("chunks", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False),  # running, done, stopped
    Column("rejects_file", Text, nullable=False, server_default=""),
    Column("actor", Text, nullable=False),
    # The process that brings it in, and when it last did: what was killed cannot say so itself.
    Column("holder", Text, nullable=False, server_default=""),
    Column("beat_us", BigInteger),
)

fact = Table(
    "fact",
    metadata,
    Column("fact_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text),
    Column("metric", Text, nullable=False),
    Column("value", Text, nullable=False),  # JSON scalar
    Column("region", Text),
    Column("source", Text, nullable=False),
    Column("confidence", Text, nullable=False, server_default=""),
    Column("as_of_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Index("ix_fact_metric", "metric", "as_of_us"),
)

level_decision = Table(
    "level_decision",
    metadata,
    Column("decision_id", Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, ForeignKey("incident.incident_id"), nullable=False),
    Column("level", Integer),
    Column("proposed", Integer),
    Column("reason", Text, nullable=False, server_default=""),
    Column("grade", Text, nullable=False),  # JSON: rule file, row, value, threshold, distance
    Column("decided_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("second_actor", Text, nullable=False, server_default=""),
    Column("role", Text, nullable=False, server_default=""),  # in which the actor decided
    Column("kind", Text, nullable=False, server_default="confirmed"),  # see emergency.domain.level.history
    Column("jurisdiction", Text, nullable=False, server_default=""),  # "" = the whole incident
)

base = Table(
    "base",
    metadata,
    Column("base_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False, server_default=""),
    Column("region", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
)

adjuster = Table(
    "adjuster",
    metadata,
    Column("adjuster_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("base_id", Text, ForeignKey("base.base_id"), nullable=False),
    Column("skills", Text, nullable=False),  # JSON list
    Column("licences", Text, nullable=False),  # JSON list
    Column("slots", Integer, nullable=False),
    Column("language", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False, server_default="available"),  # available, resting, off
    Column("version", Integer, nullable=False, server_default="1"),
    Column("registration", Text, nullable=False, server_default=""),  # number in the register of loss adjusters, 公估
    Column("authority_minor", BigInteger),  # 核损权限: the largest loss this person may settle; none = no limit known
    Column("pattern", Text, nullable=False, server_default=""),  # a row of data/rules/staffing.yaml
    Column("pattern_from", Text, nullable=False, server_default=""),  # ISO date: first working day of a turn
    Column("rest_until_us", BigInteger),
    Column("origin", Text, nullable=False, server_default="own"),  # own, external, mutual_aid
    Column("lender", Text, nullable=False, server_default=""),  # who sent them
    Column("lent_until", Text, nullable=False, server_default=""),  # ISO date: last day here
    Column("note", Text, nullable=False, server_default=""),
    Column("entered_us", BigInteger),
    Column("entered_by", Text, nullable=False, server_default=""),
)

stock = Table(
    "stock",
    metadata,
    Column("depot", Text, ForeignKey("base.base_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("committed", Integer, nullable=False, server_default="0"),
    Column("in_transit", Integer, nullable=False, server_default="0"),
    Column("out_of_service", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("depot", "kind"),
    CheckConstraint(
        "committed >= 0 AND in_transit >= 0 AND out_of_service >= 0"
        " AND committed + in_transit + out_of_service <= total",
        name="balance",
    ),
)

plan = Table(
    "plan",
    metadata,
    Column("plan_id", Integer, primary_key=True, autoincrement=True),
    Column("shift", Text, nullable=False),  # "2017-08-30": one shift a day
    Column("state", Text, nullable=False),  # draft, published, superseded, withdrawn
    Column("based_on", Integer),  # the plan in force when it was made
    Column("created_us", BigInteger, nullable=False),
    Column("published_us", BigInteger),
    Column("actor", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON: assignments, shortages, cost, policy, pins, demand
)

assignment_slot = Table(
    "assignment_slot",
    metadata,
    Column("adjuster_id", Text, nullable=False),
    Column("shift", Text, nullable=False),
    Column("plan_id", Integer, ForeignKey("plan.plan_id"), nullable=False),
    Column("cell_id", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    # Double booking is impossible by this key, whoever writes and by whatever path.
    PrimaryKeyConstraint("adjuster_id", "shift"),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("happened_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    # What happened to one thing is asked for at every look at it; nobody reads the whole journal for that.
    Index("ix_journal_subject_action", "subject", "action"),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("id = 1", name="single"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", Serial, primary_key=True, autoincrement=True),
    Column("event_key", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("queued_us", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # queued, sending, sent, dead, withdrawn
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sent_us", BigInteger),
    Column("fault", Text, nullable=False, server_default=""),  # JSON of a message
    Column("recipients", Text, nullable=False, server_default="[]"),  # JSON; asked for, then who got it
    Column("carried_by", Text, nullable=False, server_default=""),  # folder, smtp, webhook, apprise
    Column("due_us", BigInteger),  # not before; while sending: until when it is one sender's own
    UniqueConstraint("event_key", "channel"),
)

drill_run = Table(
    "drill_run",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("drill_id", Text, nullable=False),
    Column("drill_version", Text, nullable=False),
    Column("title", Text, nullable=False),  # JSON
    Column("auto", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("finished_us", BigInteger, nullable=False),
    Column("score", Text, nullable=False),  # JSON
    Column("review", Text, nullable=False),  # JSON
    Column("files", Text, nullable=False),  # JSON {file: sha256}
)

job_run = Table(
    "job_run",
    metadata,
    Column("job", Text, nullable=False),
    Column("planned_us", BigInteger, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    # A fence: two processes that wake for the same tick cannot both take it.
    PrimaryKeyConstraint("job", "planned_us"),
)

alert = Table(
    "alert",
    metadata,
    Column("alert_id", Serial, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),  # cap, gdacs, usgs
    Column("identity", Text, nullable=False),  # CAP: sender,identifier,sent; GDACS: type+event; USGS: id
    Column("references", Text, nullable=False),  # JSON list of identities it updates or cancels
    Column("message", Text, nullable=False),  # alert, update, cancel
    Column("event", Text, nullable=False),  # what it warns of, as the issuer says
    Column("peril", Text, nullable=False, server_default=""),
    Column("severity", Text, nullable=False),  # Extreme, Severe, Moderate, Minor, Unknown
    Column("colour", Text, nullable=False, server_default=""),  # blue, yellow, orange, red
    Column("headline", Text, nullable=False, server_default=""),
    Column("sent_us", BigInteger, nullable=False),
    Column("onset_us", BigInteger),
    Column("expires_us", BigInteger),
    Column("regions", Text, nullable=False),  # JSON list of codes hit
    Column("area", Text, nullable=False),  # GeoJSON geometry or ""
    Column("metrics", Text, nullable=False),  # JSON {metric: value} for the level rules
    Column("body", Text, nullable=False),  # JSON: every info block
    Column("received_us", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # in_force, updated, cancelled
    UniqueConstraint("source", "identity"),
)

claim_change = Table(
    "claim_change",
    metadata,
    # What a person changed about a claim and what it was before, so that the act can be taken back.
    Column("seq", BigInteger, nullable=False),  # journal entry of the act
    Column("claim_id", BigInteger, nullable=False),
    Column("after", Text, nullable=False),  # the region or incident that was set
    Column("undone_seq", BigInteger),  # entry that took it back
    Column("incident_id", Text),
    Column("region", Text),
    Column("precision", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    PrimaryKeyConstraint("seq", "claim_id"),
)

claim_message = Table(
    "claim_message",
    metadata,
    Column("message_id", Serial, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("report_no", Text, nullable=False),
    Column("kind", Text, nullable=False),  # registered, surveyed, assessed, approved, paid, closed, …
    Column("at_us", BigInteger, nullable=False),  # the source's own time; late ones are placed by it
    Column("recorded_us", BigInteger, nullable=False),
    Column("estimated_minor", BigInteger),
    Column("outstanding_minor", BigInteger),
    Column("paid_minor", BigInteger),
    Column("note", Text, nullable=False, server_default=""),
    Column("import_id", Text, nullable=False),
    UniqueConstraint("source", "report_no", "kind", "at_us"),
)

policy_group = Table(
    "policy_group",
    metadata,
    Column("region", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("policies", Integer, nullable=False),
    Column("sum_insured_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("own_share", Float, nullable=False),
    Column("as_of_us", BigInteger, nullable=False),
    Column("import_id", Text, nullable=False),
    PrimaryKeyConstraint("region", "line"),
)
