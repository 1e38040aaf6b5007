"""Warnings before the event: who is exposed, what they are told, and the list for the SMS gateway.

The list of policyholders is read, joined to the warned regions and written out; no personal field
is stored or journaled, and the preview is masked.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emergency.documents.cells import harmless
from emergency.intake.masking import masked_name, masked_number
from emergency.service.alerts import Standing, in_force
from emergency.service.context import Context, Refused
from emergency.service.words_contacts import decoded
from emergency.service.words_due import begin_for, templates
from emergency.store import messages, words
from emergency.texts import Message

HEADINGS = {
    "phone": ("phone", "mobile", "手机", "手机号", "手机号码", "联系电话", "电话"),
    "name": ("name", "姓名", "投保人", "客户姓名", "被保险人"),
    "region": ("region", "region_code", "行政区划", "行政区划代码", "地区代码"),
    "line": ("line", "险种", "险类"),
    "policy_no": ("policy_no", "policy", "保单号"),
}
NEEDED = ("phone", "region")
PREVIEW = 8
# Peril of an alert -> kind of the warning's template.
BY_PERIL = {
    "typhoon": "warning-typhoon",
    "hurricane": "warning-typhoon",
    "tornado": "warning-typhoon",
    "storm_surge": "warning-typhoon",
    "wind": "warning-typhoon",
    "flood": "warning-flood",
    "rainstorm": "warning-flood",
    "tsunami": "warning-flood",
    "earthquake": "warning-earthquake",
}
OTHERWISE = "warning-weather"


@dataclass(frozen=True)
class Exposed:
    """Policies in force in a warned region, of one line."""

    region: str
    line: str
    policies: int
    sum_insured_minor: int
    currency: str
    as_of_us: int


@dataclass(frozen=True)
class SendingList:
    """A list for the gateway: where it lies, how many by region and line, and a masked look at it."""

    path: Path
    rows: int
    outside: int
    unusable: int
    twice: int
    by_region: Mapping[str, int]
    by_line: Mapping[str, int]
    preview: tuple[tuple[str, ...], ...]


def warnings(ctx: Context) -> tuple[Standing, ...]:
    """Alerts in force that name regions."""
    return tuple(alert for alert in in_force(ctx) if alert.regions)


def exposed(ctx: Context, regions: Sequence[str]) -> list[Exposed]:
    """Policies in force in the warned regions and in regions within them; most first."""
    with ctx.store.read() as connection:
        rows = messages.policies(connection)
    hit = {r["region"] for r in rows if _inside(ctx, r["region"], regions)}
    found = [
        Exposed(
            r["region"], r["line"], int(r["policies"]), int(r["sum_insured_minor"]), r["currency"], int(r["as_of_us"])
        )
        for r in rows
        if r["region"] in hit
    ]
    return sorted(found, key=lambda e: (-e.policies, e.region, e.line))


def insured_regions(ctx: Context) -> list[str]:
    """Regions we have policies in force in."""
    with ctx.store.read() as connection:
        return list(dict.fromkeys(str(r["region"]) for r in messages.policies(connection)))


def _inside(ctx: Context, code: str, regions: Sequence[str]) -> bool:
    return ctx.regions.known(code) and bool({code, *ctx.regions.ancestors(code)} & set(regions))


def begin_warning(ctx: Context, peril: str) -> int:
    """Begin the warning to customers for a peril; returns the number of the draft."""
    known, _ = templates(ctx)
    by_kind = {t.kind: t for t in known if t.audience == "customers"}
    template = by_kind.get(BY_PERIL.get(peril, OTHERWISE)) or by_kind.get(OTHERWISE)
    if template is None:
        raise Refused(Message("no template of a warning is in order; see data/bulletins"))
    return begin_for(ctx, None, template)


def sending_list(ctx: Context, data: bytes, regions: Sequence[str]) -> SendingList:
    """Policyholders in the warned regions, from a CSV of policies, as a file for the SMS gateway.

    A phone number stands in it once. The file is written to ``outgoing``; the journal keeps counts.

    Raises:
        Refused: no region is warned, or a column is missing.
    """
    if not regions:
        raise Refused(Message("choose the warned regions first"))
    reader = csv.reader(io.StringIO(decoded(data)))
    columns = _columns(next(reader, []))
    kept: dict[str, dict[str, str]] = {}
    tally: Counter[str] = Counter()
    known: dict[str, bool] = {}
    for row in reader:
        found = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        if any(row):
            _sort_in(ctx, found, regions, kept, tally, known)
    path = _write(ctx, kept)
    lists = SendingList(
        path=path,
        rows=len(kept),
        outside=tally["outside"],
        unusable=tally["unusable"],
        twice=tally["twice"],
        by_region=dict(Counter(r["region"] for r in kept.values()).most_common()),
        by_line=dict(Counter(r.get("line") or "–" for r in kept.values()).most_common()),
        preview=tuple(_masked(r) for r in list(kept.values())[:PREVIEW]),
    )
    with ctx.store.write() as connection:
        facts = {"regions": list(regions), "rows": lists.rows, "outside": lists.outside, "unusable": lists.unusable}
        ctx.record(connection, "warning.list", path.name, facts | {"by_line": lists.by_line})
    return lists


def _columns(heads: Sequence[str]) -> dict[str, int]:
    found = {}
    for name, known in HEADINGS.items():
        places = [at for at, head in enumerate(heads) if head.strip().lower() in (*known, name)]
        if places:
            found[name] = places[0]
    missing = [name for name in NEEDED if name not in found]
    if missing:
        gaps = {"column": missing[0], "known": " / ".join(HEADINGS[missing[0]])}
        raise Refused(Message("the list of policies has no column {column}; call it one of {known}", gaps))
    return found


def _sort_in(
    ctx: Context,
    row: Mapping[str, str],
    regions: Sequence[str],
    kept: dict[str, dict[str, str]],
    tally: Counter[str],
    known: dict[str, bool],
) -> None:
    phone = "".join(c for c in row["phone"] if c.isdigit() or c == "+")
    code = row["region"]
    if code not in known:
        known[code] = _inside(ctx, code, regions)
    if len(phone) < 7 or not code:
        tally["unusable"] += 1
    elif not known[code]:
        tally["outside"] += 1
    elif phone in kept:
        tally["twice"] += 1
    else:
        kept[phone] = {**row, "phone": phone}


def _masked(row: Mapping[str, str]) -> tuple[str, ...]:
    hidden = (masked_name(row.get("name", "")), masked_number(row["phone"]), masked_number(row.get("policy_no", "")))
    return (*hidden, row["region"], row.get("line", ""))


def _write(ctx: Context, kept: Mapping[str, Mapping[str, str]]) -> Path:
    folder = ctx.content.home / "outgoing" / ctx.store.name / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"warning-{ctx.now():%Y%m%dT%H%M%S}.csv"
    partial = path.with_suffix(".partial")
    # Personal data: for this account alone.
    with os.fdopen(
        os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8-sig", newline=""
    ) as file:
        writer = csv.writer(file)
        writer.writerow(["phone", "name", "policy_no", "region", "line"])
        for row in kept.values():
            writer.writerow([harmless(row.get(name, "")) for name in ("phone", "name", "policy_no", "region", "line")])
    os.replace(partial, path)
    return path


def drafts(ctx: Context) -> list[dict[str, Any]]:
    """Warnings begun or sent, newest first."""
    with ctx.store.read() as connection:
        return [b for b in words.bulletins(connection, None) if b["kind"].startswith("warning-")]
