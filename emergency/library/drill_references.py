"""Names in a drill file that must be of something: metrics, facts, roles, tasks, relief measures, regions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from emergency.domain.drill.facts import PROVINCES, SYSTEM
from emergency.domain.drill.measures import KNOWN_METRICS
from emergency.domain.level import RuleSet
from emergency.domain.level.metric import METRICS
from emergency.domain.playbook import Playbook
from emergency.domain.playbook_closure import WORK_METRICS
from emergency.domain.resource_kind import RESOURCE_KINDS
from emergency.library.faults import Fault
from emergency.library.reading import ELAPSED, unknown
from emergency.library.schema import near
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message

EVERYBODY = "all"
POLICY = "policy."
# Nothing ever sets it: what waits for it comes by the director's hand alone.
RESERVE = "reserve.called"
COUNTED = ("claims.total", *(f"allocation.{kind}.committed" for kind in RESOURCE_KINDS))
# Where the whole of a long list of names stands.
LISTS = {name: f"emergency drill names {name}" for name in ("facts", "outcomes", "acts")}
# Code of a region -> all codes of its map; empty where that map is not here.
Maps = Callable[[str], Collection[str]]


def by_itself(document: Document) -> Iterator[Fault]:
    """Names that the product itself gives: what an outcome measures, who an inject is for, and words left empty."""
    raw = document.value
    for place, outcome in enumerate(raw.get("outcomes", ())):
        if outcome["metric"] not in KNOWN_METRICS:
            yield unknown(document, ("outcomes", place, "metric"), outcome["metric"], KNOWN_METRICS, LISTS["outcomes"])
    receivers = (*raw["players"], EVERYBODY)
    for place, inject in enumerate(raw["injects"]):
        if inject["to"] not in receivers:
            yield unknown(document, ("injects", place, "to"), inject["to"], receivers)
    for at, text in _texts(raw):
        for language, words in text.items():
            if isinstance(words, str) and not words.strip():
                hint = Message("write the words, or leave this language out")
                yield document.fault((*at, language), Message("there are no words here"), hint)


def _texts(raw: Mapping[str, Any]) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    yield ("title",), raw["title"]
    yield ("scenario",), raw["scenario"]
    for place, objective in enumerate(raw["objectives"]):
        yield ("objectives", place, "text"), objective["text"]
    for place, inject in enumerate(raw["injects"]):
        yield ("injects", place, "body"), inject["body"]
    for place, question in enumerate(raw.get("hotwash", ())):
        yield ("hotwash", place), question


def against_plan(
    document: Document, playbook: Playbook, rules: RuleSet, measures: Collection[str] | None
) -> Iterator[Fault]:
    """Facts nobody reads, conditions nobody meets, and tasks and relief measures that are not there.

    measures: ids of the relief measures; None where their list cannot be read, which is said elsewhere.
    """
    yield from _matches(document, playbook, measures)
    raw = document.value
    given = {POLICY + one for one in measures or ()} | {*METRICS, *COUNTED, SYSTEM, PROVINCES, *rules.metrics()}
    conditions = [
        leaf
        for place, inject in enumerate(raw["injects"])
        if "when" in inject
        for leaf in _leaves(("injects", place, "when"), inject["when"])
    ]
    read = {metric for _, metric in conditions} | playbook.closure.metrics() | {*WORK_METRICS}
    written = list(_written(raw))
    for at, metric in written:
        if not _is_known(metric, given, read, measures):
            yield unknown(document, at, metric, sorted(given | playbook.closure.metrics()), LISTS["facts"])
    own = {metric for _, metric in written} | {ELAPSED, RESERVE}
    for at, metric in conditions:
        if not _is_known(metric, given, own, measures):
            yield unknown(document, at, metric, sorted(given | own), LISTS["facts"])


def _is_known(metric: str, given: Collection[str], own: Collection[str], measures: Collection[str] | None) -> bool:
    """A fact of the script's own is known where it is both set and read; a relief measure by its list alone."""
    if metric.startswith(POLICY):
        return measures is None or metric in given
    return metric in given or metric in own


def _written(raw: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    for metric in raw.get("initial_state", {}).get("facts", {}):
        yield ("initial_state", "facts", metric), metric
    for place, inject in enumerate(raw["injects"]):
        for index, effect in enumerate(inject.get("effects", ())):
            if "set" in effect:
                yield ("injects", place, "effects", index, "set"), effect["set"]


def _leaves(at: Path_, raw: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    for join in ("all", "any"):
        for place, part in enumerate(raw.get(join, ())):
            yield from _leaves((*at, join, place), part)
    if "not" in raw:
        yield from _leaves((*at, "not"), raw["not"])
    if "metric" in raw:
        yield (*at, "metric"), raw["metric"]


def _matches(document: Document, playbook: Playbook, measures: Collection[str] | None) -> Iterator[Fault]:
    """What an expected act must say, where it names a task of the plan or a relief measure."""
    named = {"task.complete": ("task", [task.id for task in playbook.tasks]), "policy.enable": ("name", measures)}
    for place, inject in enumerate(document.value["injects"]):
        for index, one in enumerate(inject.get("expects", ())):
            field, allowed = named.get(one["action"], ("", None))
            word = one.get("match", {}).get(field)
            if word is None or allowed is None or str(word).partition("#")[0] in allowed:
                continue
            at: Path_ = ("injects", place, "expects", index, "match", field)
            yield unknown(document, at, word, sorted(allowed))


# Regions ------------------------------------------------------------------------------------------


def off_the_map(document: Document, maps: Maps) -> Iterator[Fault]:
    """Regions that the map of their country does not have."""
    for at, code in _regions(document.value):
        codes = maps(code)
        if codes and code not in codes:
            message = Message("no region of the map has the code {code}", {"code": code})
            yield document.fault(at, message, near(code, codes))


def _regions(raw: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    for place, one in enumerate(raw.get("initial_state", {}).get("offline", ())):
        yield ("initial_state", "offline", place, "region"), one["region"]
    for place, stream in enumerate(raw.get("claim_streams", ())):
        yield from _of_stream(("claim_streams", place), stream)
    for place, inject in enumerate(raw["injects"]):
        for index, effect in enumerate(inject.get("effects", ())):
            at: Path_ = ("injects", place, "effects", index)
            if "stream" in effect:
                yield from _of_stream((*at, "stream"), effect["stream"])
            if isinstance(code := effect.get("resource", {}).get("region"), str):
                yield (*at, "resource", "region"), code
            if "block" in effect:
                yield from (((*at, "block", "edge"), code) for code in effect["block"]["edge"].split("-"))


def _of_stream(at: Path_, stream: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    yield from (((*at, "regions", code), code) for code in stream["regions"] if not code.startswith("x-"))
