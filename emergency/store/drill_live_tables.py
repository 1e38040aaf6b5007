"""Drills played by people: course, seats, notes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from emergency.store.tables import Serial, metadata

# One row in a drill's own workspace; its clock is the workspace's setting, so that every room shows it.
drill_course = Table(
    "drill_course",
    metadata,
    Column("course_id", Integer, primary_key=True),  # always 1
    Column("run_id", Text, nullable=False),
    Column("drill_id", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("auto", Text, nullable=False),  # how robots fill empty seats
    Column("home", Text, nullable=False),  # the workspace where the run is kept
    Column("code", Text, nullable=False),  # opens the seats from which the list of injects is seen
    Column("begun_us", BigInteger, nullable=False),  # wall: the workspace was made
    Column("started_us", BigInteger),  # wall: STARTEX
    Column("played_s", BigInteger, nullable=False),  # played up to this second of drill time
    Column("taken_s", BigInteger, nullable=False),  # claims up to this second have been called in
    Column("floor_s", BigInteger, nullable=False),  # nothing is delivered as of an earlier second …
    Column("floor_by", Text, nullable=False, server_default=""),  # … because of a jump or an outage
    Column("beat_us", BigInteger),  # wall: somebody kept time
    Column("keeper", Text, nullable=False, server_default=""),  # the process that did
    Column("gap_since_us", BigInteger),  # wall: nobody kept time from here
    Column("gap_found_us", BigInteger),
    Column("ended_s", BigInteger),
    Column("scored_us", BigInteger),
)

drill_inject_state = Table(
    "drill_inject_state",
    metadata,
    Column("inject_id", Text, primary_key=True),
    Column("state", Text, nullable=False),  # held, released or skipped; what was sent is a delivery
    Column("at_s", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
)

drill_delivery = Table(
    "drill_delivery",
    metadata,
    Column("delivery_id", Serial, primary_key=True, autoincrement=True),
    Column("inject_id", Text, nullable=False),  # of the script; S01 … where the director made it up
    Column("turn", Integer, nullable=False),  # 0, then one more with each sending again
    Column("kind", Text, nullable=False),  # inject, again or spontaneous
    Column("at_s", BigInteger, nullable=False),
    Column("sender", Text, nullable=False),
    Column("to_role", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON {"en","zh"}
    Column("read_s", BigInteger),
    Column("read_by", Text, nullable=False, server_default=""),
    # An inject reaches its player once, whoever delivers and however often the server dies.
    UniqueConstraint("inject_id", "turn"),
    Index("ix_drill_delivery_to", "to_role", "delivery_id"),
)

drill_step = Table(
    "drill_step",
    metadata,
    # What follows from a delivery or a span of time: claims, effects, acts of robots. Done in the
    # transaction of the act itself, so that none is done twice.
    Column("step_id", Serial, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),  # claims/60, effect/I01/0, act/E02/confirm
    Column("kind", Text, nullable=False),  # claims, effect or act
    Column("at_s", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("done_us", BigInteger),  # wall
    UniqueConstraint("name"),
    Index("ix_drill_step_open", "done_us", "at_s"),
)

drill_seat = Table(
    "drill_seat",
    metadata,
    Column("seat_id", Serial, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # director, controller, evaluator, player, observer
    Column("role", Text, nullable=False),  # of the playbook for players; the evaluator's id; "" for others
    Column("person", Text, nullable=False),
    Column("token_sha256", Text, nullable=False),  # of what the browser keeps
    Column("taken_us", BigInteger, nullable=False),  # wall
    Column("left_us", BigInteger),
    UniqueConstraint("token_sha256"),
)

drill_note = Table(
    "drill_note",
    metadata,
    Column("note_id", Serial, primary_key=True, autoincrement=True),
    Column("seat_id", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("at_s", BigInteger, nullable=False),  # drill time
    Column("about", Text, nullable=False, server_default=""),  # an inject, an expectation or an objective
    Column("text", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # its entry in the journal
    Column("withdrawn_us", BigInteger),
)
