"""What a proposal leaves open and a person should look at: the order of dates, columns that were not read."""

from __future__ import annotations

from collections.abc import Mapping

from emergency.intake.evidence import is_numeric, share_of
from emergency.intake.headers import normal
from emergency.intake.instants import ORDER_NAMES
from emergency.intake.propose import Guess, Proposal
from emergency.intake.systems import FOREIGN, said_system
from emergency.service.casualty_rows import NO_FIGURE, no_figure
from emergency.service.drafts import Draft
from emergency.texts import N_, Message


def left_out(proposal: Proposal, draft: Draft) -> tuple[Message, ...]:
    """Columns of what is still to be paid, which nobody has chosen as something else."""
    chosen = {header for headers in draft.headers.values() for header in headers}
    if draft.rows_are == "casualties":
        left = [h for h in figures(proposal) if h not in chosen]
        return (no_figure(left),) if left else ()
    return tuple(
        Message(
            "{header} says what is still to be paid, not what the loss is estimated at: a list of claims keeps no such "
            "amount, so it is not read. Import it as messages about claims, or choose it as estimated loss if that is "
            "what it holds.",
            {"header": header},
        )
        for header in proposal.outstanding
        if header not in chosen and draft.rows_are == "claims"
    )


def figures(proposal: Proposal) -> tuple[str, ...]:
    """Headers of numbers that were not read, a running number aside."""
    header, rows = proposal.reading.header, proposal.reading.rows
    cells = {h: [row[at] for row in rows if row[at].strip()] for at, h in enumerate(header) if h in proposal.unknown}
    return tuple(h for h, v in cells.items() if normal(h) not in NO_FIGURE and v and share_of(v, is_numeric) > 0.5)


def either_order(proposal: Proposal, draft: Draft) -> tuple[Message, ...]:
    """That the dates looked at can be read in several orders, where nobody has said which it is."""
    orders = proposal.orders
    if len(orders) == 1 or draft.date_order not in orders:
        return ()
    order = Message(ORDER_NAMES[draft.date_order])
    return (
        Message(
            "The dates can be read in more than one order; they are read as {order}: look whether that is right.",
            {"order": order},
        ),
    )


def system_of(proposal: Proposal) -> str:
    """The system of coordinates that the headers of longitude and latitude name, as in `said_system`."""
    return said_system(guess.header for name, guess in proposal.columns.items() if name in ("lon", "lat"))


def readable(proposal: Proposal, system: str) -> Mapping[str, Guess]:
    """The columns without points of a system that nobody here can turn into WGS84."""
    return {name: g for name, g in proposal.columns.items() if system != FOREIGN or name not in ("lon", "lat")}


def shifted(proposal: Proposal, draft: Draft) -> tuple[Message, ...]:
    """What the headers say of the system of coordinates, and what is made of it."""
    said, guess = system_of(proposal), proposal.columns.get("lon")
    if guess is None or said in ("", "wgs84"):
        return ()
    if said == FOREIGN and "lon" not in draft.columns:
        text = N_(
            "{header} is in a system of coordinates that cannot be read here (Baidu BD-09, a local grid): the points "
            "are left out, places are taken from the text. Have them exported as WGS84 or GCJ-02."
        )
        return (Message(text, {"header": guess.header}),)
    if said != draft.coordinates and draft.columns.get("lon"):
        text = N_(
            "{header} names another system of coordinates than the one chosen: points will lie wrong by hundreds of "
            "metres."
        )
        return (Message(text, {"header": guess.header}),)
    if draft.columns.get("lon") != guess.header:
        return ()
    text = N_("{header} is of a Chinese web map: its points are read as GCJ-02 and turned into WGS84.")
    return (Message(text, {"header": guess.header}),)
