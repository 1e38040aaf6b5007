"""Claims of a drill: streams of arrivals drawn from a seed, with the truth kept beside them.

Each stream has generators of its own, seeded by a hash of the drill's seed,
the stream's id and what is drawn. So a second stream changes nothing in the
first, and adding noise changes no amount. Totals and shares are exact counts,
not draws: 40 % of 6,200 claims are 2,480 in every seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from emergency.domain.claim import CLAIM_COLUMNS, LINES
from emergency.domain.drill.script import Amount, Arrivals, ClaimStream

Columns = dict[str, npt.NDArray[Any]]
Floats = npt.NDArray[np.float64]

SECOND_US = 1_000_000
HOUR = 3600

# What players must not see. `truth_duplicate_of` is the report number of the first report of the same
# loss, None where the row is that first report.
TRUTH_COLUMNS = ("arrival_s", "stream", "truth_region", "truth_policy_no", "truth_duplicate_of")
NOISES = ("duplicate", "bad_geocode", "missing_policy")

# house rule, 2026-11: what a stream of all lines is made of, and how customers report.
ALL_LINES: Mapping[str, float] = {"motor": 0.80, "property": 0.08, "home": 0.07, "personal_injury": 0.05}
CHANNEL_SHARES: Mapping[str, float] = {"phone": 0.6, "app": 0.25, "wechat": 0.15}
LOSS_TO_REPORT_S = (300, 10_800)  # from five minutes to three hours
DUPLICATE_AFTER_S = (300, 21_600)  # a second report follows after five minutes to six hours


def generator(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each thing drawn: the same names, the same numbers."""
    digest = hashlib.sha256("\x1f".join((str(seed), *names)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def arrivals(
    stream: ClaimStream, seed: int, start_us: int, end_s: int, cause: str | None = None, from_s: int = 0
) -> Columns:
    """All claims of one stream, sorted by arrival.

    Args:
        start_us: the drill's start, microseconds since 1970 in UTC.
        end_s: ENDEX; a constant stream without an end of its own runs until then.
        cause: written to the ``cause`` column of every claim.
        from_s: added to every time of the stream: a stream begun by an inject counts from its delivery.

    Returns:
        Arrays of one length: those of `CLAIM_COLUMNS` and of `TRUTH_COLUMNS`. Text
        is ``object`` with None for missing. Claims that would arrive after ENDEX
        are included; the drill ends before they do.

    Raises:
        ValueError: a line or a kind of noise that is not known.
    """
    _check(stream)
    times = from_s + arrival_seconds(stream.arrivals, generator(seed, stream.id, "arrival"), end_s - from_s)
    count = len(times)
    truth: Columns = {
        "arrival_s": times,
        "truth_region": by_share(stream.regions, count, generator(seed, stream.id, "region")),
        "line": by_share(_lines(stream), count, generator(seed, stream.id, "line")),
        "channel": by_share(CHANNEL_SHARES, count, generator(seed, stream.id, "channel")),
        "estimated_minor": amounts_minor(stream.amount, count, generator(seed, stream.id, "amount")),
        "truth_policy_no": policy_numbers(seed, stream.id, count),
        "loss_s": _loss_seconds(times, generator(seed, stream.id, "loss")),
        "first": np.arange(count),
        "again": np.zeros(count, bool),
    }
    return _as_claims(_with_noise(truth, stream, seed), stream, start_us, cause)


def all_arrivals(
    streams: Sequence[ClaimStream], seed: int, start_us: int, end_s: int, cause: str | None = None
) -> Columns:
    """The claims of several streams in order of arrival; ties keep the order of the streams."""
    return merge([arrivals(stream, seed, start_us, end_s, cause) for stream in streams])


def with_started(
    claims: Columns,
    started: Sequence[tuple[int, ClaimStream]],
    seed: int,
    start_us: int,
    end_s: int,
    cause: str | None = None,
) -> Columns:
    """The claims with those of streams that injects began, each from the second after its delivery on."""
    later = [(at_s, arrivals(stream, seed, start_us, end_s, cause, from_s=at_s)) for at_s, stream in started]
    # Claims of the second of delivery have been taken in by then.
    parts = [part | {"arrival_s": np.maximum(part["arrival_s"], at_s + 1)} for at_s, part in later]
    return merge([claims, *parts]) if parts else claims


def merge(parts: Sequence[Columns]) -> Columns:
    """Columns of several streams as one, sorted by arrival; ``row`` is numbered anew."""
    if not parts:
        return {name: np.array([], _dtype(name)) for name in (*CLAIM_COLUMNS, *TRUTH_COLUMNS)}
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(joined["arrival_s"], kind="stable")
    merged = {name: column[order] for name, column in joined.items()}
    merged["row"] = np.arange(1, len(order) + 1)
    return merged


def until(columns: Columns, after_s: int, to_s: int) -> Columns:
    """The claims that arrive after one second and up to another, that second included."""
    begin, end = np.searchsorted(columns["arrival_s"], (after_s, to_s), side="right")
    return {name: column[begin:end] for name, column in columns.items()}


def true_rows(columns: Columns) -> npt.NDArray[np.bool_]:
    """Which rows are first reports; the rest are noise."""
    return np.array([first is None for first in columns["truth_duplicate_of"]], bool)


def arrival_seconds(model: Arrivals, draw: np.random.Generator, end_s: int) -> npt.NDArray[np.int64]:
    """Sorted arrival seconds of one stream; exactly as many as the script says."""
    if model.model == "gamma":
        # A gamma density peaks at (shape - 1) x scale after its start.
        scale = (model.peak_at_s - model.start_s) / (model.shape - 1)
        waits = special.gammaincinv(model.shape, draw.random(model.total)) * scale
        seconds = model.start_s + waits
    elif model.model == "constant":
        until_s = end_s if model.end_s is None else min(model.end_s, end_s)
        span = max(0, until_s - model.start_s)
        count = round(model.per_hour * span / HOUR)
        # One arrival in each equal slice: the rate holds in every hour, the second is chance.
        seconds = model.start_s + (np.arange(count) + draw.random(count)) * (span / max(count, 1))
    else:
        seconds = np.concatenate([np.full(point.count, float(point.at_s)) for point in model.points])
    return np.sort(np.floor(seconds).astype(np.int64))


def by_share(shares: Mapping[str, float], count: int, draw: np.random.Generator) -> npt.NDArray[np.object_]:
    """Names in exact shares (largest remainder), in random order."""
    names = sorted(shares)
    exact = np.array([shares[name] for name in names]) / sum(shares.values()) * count
    whole = np.floor(exact + 1e-9).astype(int)
    rest = np.argsort(-(exact - whole), kind="stable")[: count - int(whole.sum())]
    whole[rest] += 1
    drawn = np.repeat(np.array(names, object), whole)
    return drawn[np.argsort(draw.random(count), kind="stable")]


def amounts_minor(amount: Amount, count: int, draw: np.random.Generator) -> npt.NDArray[np.int64]:
    """Estimated losses in minor units (hundredths) of the stream's currency."""
    if amount.dist == "fixed":
        return np.full(count, round(amount.value * 100), np.int64)
    spread = special.ndtri(draw.random(count)) * amount.sigma
    return np.rint(amount.median * np.exp(spread) * 100).astype(np.int64)


def policy_numbers(seed: int, stream_id: str, count: int) -> npt.NDArray[np.object_]:
    numbers = generator(seed, stream_id, "policy").permutation(max(count, 1))[:count]
    tag = hashlib.sha256(f"{seed}/{stream_id}".encode()).hexdigest()[:4].upper()
    return np.array([f"P{tag}{number:07d}" for number in numbers], object)


def _check(stream: ClaimStream) -> None:
    if stream.lob != "all" and stream.lob not in LINES:
        raise ValueError(f"stream {stream.id}: lob {stream.lob!r} is not a line; use all, {', '.join(LINES)}")
    unknown = sorted(set(stream.noise) - set(NOISES))
    if unknown:
        raise ValueError(f"stream {stream.id}: noise {unknown[0]!r} is not known; use {', '.join(NOISES)}")


def _lines(stream: ClaimStream) -> Mapping[str, float]:
    return ALL_LINES if stream.lob == "all" else {stream.lob: 1.0}


def _loss_seconds(times: npt.NDArray[np.int64], draw: np.random.Generator) -> npt.NDArray[np.int64]:
    least, most = LOSS_TO_REPORT_S
    return times - (least + draw.random(len(times)) * (most - least)).astype(np.int64)


def _with_noise(truth: Columns, stream: ClaimStream, seed: int) -> Columns:
    """Second reports appended and sorted in; regions and policy numbers as customers gave them."""
    rows = _with_duplicates(
        truth, stream.noise.get("duplicate", 0.0), generator(seed, stream.id, "duplicate")
    )
    wrong = _pick(
        len(rows["line"]), stream.noise.get("bad_geocode", 0.0), generator(seed, stream.id, "geocode")
    )
    rows["region_given"] = _misplaced(rows["truth_region"], wrong, sorted(stream.regions))
    without = _pick(
        len(wrong), stream.noise.get("missing_policy", 0.0), generator(seed, stream.id, "missing")
    )
    rows["policy_no"] = rows["truth_policy_no"].copy()
    rows["policy_no"][without] = None
    return rows


def _with_duplicates(truth: Columns, share: float, draw: np.random.Generator) -> Columns:
    again = np.flatnonzero(_pick(len(truth["line"]), share, draw))
    least, most = DUPLICATE_AFTER_S
    wait = (least + draw.random(len(again)) * (most - least)).astype(np.int64)
    repeat = {name: column[again] for name, column in truth.items()}
    repeat["arrival_s"] = repeat["arrival_s"] + wait
    repeat["again"] = np.ones(len(again), bool)
    rows = {name: np.concatenate([column, repeat[name]]) for name, column in truth.items()}
    order = np.argsort(rows["arrival_s"], kind="stable")
    return {name: column[order] for name, column in rows.items()}


def _pick(count: int, share: float, draw: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Exactly the given share of the rows, in random places."""
    chosen = np.zeros(count, bool)
    chosen[np.argsort(draw.random(count), kind="stable")[: round(share * count)]] = True
    return chosen


def _misplaced(
    regions: npt.NDArray[Any], wrong: npt.NDArray[np.bool_], known: Sequence[str]
) -> npt.NDArray[np.object_]:
    """The next region of the stream instead of the right one; none at all where there is only one."""
    following: dict[str, str | None] = dict(zip(known, [*known[1:], known[0]], strict=True))
    if len(known) == 1:
        following = {known[0]: None}
    return np.array([following[r] if bad else r for r, bad in zip(regions, wrong, strict=True)], object)


def _as_claims(rows: Columns, stream: ClaimStream, start_us: int, cause: str | None) -> Columns:
    count = len(rows["arrival_s"])
    reported_at = start_us + rows["arrival_s"] * SECOND_US
    numbers = np.array([f"{stream.id.upper()}-{number:06d}" for number in range(1, count + 1)], object)
    original = {int(f): numbers[i] for i, f in enumerate(rows["first"]) if not rows["again"][i]}
    one_person = (rows["line"] == "personal_injury").astype(np.int64)
    filled: Columns = {
        "row": np.arange(1, count + 1),
        "report_no": numbers,
        "cause": np.full(count, cause, object),
        "loss_at": start_us + rows["loss_s"] * SECOND_US,
        "reported_at": reported_at,
        "place": np.full(count, None, object),
        "lon": np.full(count, np.nan),
        "lat": np.full(count, np.nan),
        "currency": np.full(count, stream.amount.currency, object),
        "paid_minor": np.zeros(count, np.int64),
        "injured": one_person,
        "dead": np.zeros(count, np.int64),
        "status": np.full(count, "reported", object),
        "stream": np.full(count, stream.id, object),
        "truth_duplicate_of": np.array(
            [
                original[int(f)] if again else None
                for f, again in zip(rows["first"], rows["again"], strict=True)
            ],
            object,
        ),
        **rows,
    }
    return {name: filled[name] for name in (*CLAIM_COLUMNS, *TRUTH_COLUMNS)}


def _dtype(name: str) -> type:
    dtype = CLAIM_COLUMNS.get(name, "Int64" if name == "arrival_s" else "string")
    return {"string": object, "float64": np.float64}.get(dtype, np.int64)
