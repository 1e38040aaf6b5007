"""What a plan for goods says for itself: what is short and why, what binds, what one piece more would bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from emergency.domain.allocation.goods import Site
from emergency.domain.allocation.goods_explain import GoodsShortage, OneMore
from emergency.domain.resource_kind import resource_name
from emergency.library.goods_rules import CREW, GoodsRules
from emergency.service.context import Context
from emergency.texts import N_, Message

NAMED = 3  # as many places as a sentence can carry
Gap = Message | Mapping[str, str] | str | int
Say = Callable[[str, Mapping[str, Any]], Message]


class Names:
    """Kinds, kits, places and depots in words."""

    def __init__(self, ctx: Context, rules: GoodsRules, depots: Mapping[str, Mapping[str, str]]) -> None:
        self.ctx, self.rules, self.depots = ctx, rules, depots

    def kind(self, kind: str) -> Gap:
        if kind.startswith(f"{CREW}:"):
            return Message(N_("pilots"))
        kit = self.rules.kits.get(kind)
        return dict(kit.name) if kit else resource_name(kind)

    def place(self, region: str) -> Gap:
        if not self.ctx.regions.known(region):
            return region
        return {"en": self.ctx.regions.name(region, "en"), "zh": self.ctx.regions.name(region, "zh_CN")}

    def depot(self, depot: str) -> Gap:
        return dict(self.depots.get(depot, {"en": depot, "zh": depot}))


def why_short(names: Names, sites: Mapping[str, Site], one: GoodsShortage, currency: str) -> Message:
    """The reason of one shortage, with its numbers."""
    reason = _aged(names, sites[one.site_id], _reason(names, sites, one, currency))
    if one.code == "fund" or "left_minor" not in one.detail:
        return reason
    gaps = {"reason": reason, "left": _whole(one.detail["left_minor"]), "cost": _whole(one.detail["cost_minor"])}
    whose = N_("{reason}; and of the {cost} {currency} one costs the fund has {left} left")
    own = N_("{reason}; and of the {cost} {currency} one costs the level's limit leaves {left}")
    purse = sites[one.site_id].purses[one.detail.get("purse", -1)]
    return Message(own if purse.startswith("incident ") else whose, gaps | {"currency": currency})


def _aged(names: Names, site: Site, reason: Message) -> Message:
    """A reason, with how long the place has gone short where that counts already."""
    if not site.oldest:
        return reason
    gaps = {"reason": reason, "steps": site.oldest, "hours": site.oldest * names.rules.ages_after_minutes // 60}
    return Message(N_("{reason}; asked for {hours} h ago, so the oldest counts {steps} priorities more urgent"), gaps)


def _reason(names: Names, sites: Mapping[str, Site], one: GoodsShortage, currency: str) -> Message:
    site, found = sites[one.site_id], one.detail
    gaps: dict[str, Any] = {"what": names.kind(site.kind), "place": names.place(site.region), **found}
    if one.code == "no_stock":
        return Message(N_("no depot has any: {parts}"), {"parts": _all(names, one.binding)})
    if one.code == "no_way":
        return Message(N_("no depot that has any has a road to {place}"), gaps)
    if one.code == "beyond_reach":
        return Message(
            N_("the nearest depot that has any is {nearest_minutes} minutes away; the limit is {limit_minutes}"), gaps
        )
    if one.code == "fund":
        gaps |= {"left": _whole(found["left_minor"]), "cost": _whole(found["cost_minor"]), "currency": currency}
        whose = N_("{free} are free, but each costs {cost} {currency} and the fund has {left} left for it")
        own = N_("{free} are free, but each costs {cost} {currency} and the level's limit leaves {left}")
        return Message(own if one.binding[0].startswith("incident ") else whose, gaps)
    if one.code == "apart":
        return Message(N_("all parts are free, but not at one depot within reach"), gaps)
    binding = one.binding or (site.kind,)
    gaps |= {"parts": _all(names, binding), "scarce": names.kind(binding[0]), "most": _most(names, sites, one)}
    if len(binding) > 1:
        several = N_("{parts} bind: of {scarce} within reach {here} work here and {elsewhere} elsewhere{most}")
        return Message(several, gaps)
    return Message(N_("{parts} bind: of those within reach {here} work here and {elsewhere} elsewhere{most}"), gaps)


def _most(names: Names, sites: Mapping[str, Site], one: GoodsShortage) -> Message | str:
    regions: Counter[str] = Counter()
    for site_id, count in one.elsewhere:
        regions[sites[site_id].region] += count
    if not regions:
        return ""
    parts = [(names.place(region), count) for region, count in regions.most_common(NAMED)]
    return Message(N_(" (most in {places})"), {"places": _joined(_counted(place, n) for place, n in parts)})


def _counted(what: Gap, count: int) -> Message:
    return Message(N_("{what} {count}"), {"what": what, "count": count})


def _all(names: Names, kinds: Iterable[str]) -> Gap:
    return _joined(names.kind(kind) for kind in kinds)


def _joined(gaps: Iterable[Gap]) -> Gap:
    found: Gap = ""
    for n, gap in enumerate(gaps):
        found = gap if n == 0 else Message(N_("{first}, {next}"), {"first": found, "next": gap})
    return found


def _whole(minor: int) -> str:
    return f"{minor // 100:,}"


def remedies(
    names: Names, sites: Mapping[str, Site], found: Sequence[OneMore | None], short: set[str]
) -> list[Message]:
    """What one piece more of each kind would bring: those that help first, those that do not in one sentence."""
    told = [one for one in found if one is not None]
    helpful = [one for one in told if len(one.relieved) > len(one.worse)]
    sentences = [_helps(names, sites, one) for one in helpful]
    useless = [one for one in told if one not in helpful]
    in_vain = [one.kind for one in useless if one.kind in short]
    needless = [one.kind for one in useless if one.kind not in short]
    if in_vain:
        text = N_("One more of these alone would meet nothing more, as something else binds: {kinds}.")
        sentences.append(Message(text, {"kinds": _all(names, in_vain)}))
    if needless:
        text = N_("One more of these clears no claim, as every place that asks has its own: {kinds}.")
        sentences.append(Message(text, {"kinds": _all(names, needless)}))
    return sentences


def _helps(names: Names, sites: Mapping[str, Site], one: OneMore) -> Message:
    """The plain case names the place; where others change places as well, what comes of it all together."""
    site = sites.get(one.goes_to)
    gaps: dict[str, Any] = {
        "what": names.kind(one.kind),
        "depot": names.depot(one.depot_id),
        "place": names.place(site.region) if site else "–",
        "minutes": one.minutes,
        "claims": one.claims_per_day,
        "fewer": len(one.relieved) - len(one.worse),
        "gain": f"{-one.extra_minutes:,}",
    }
    unsure = "" if one.exact else Message(N_(" (not proven: the time ran out)"))
    plain = one.relieved == (one.goes_to,) and not one.worse
    return Message(N_("{sentence}{unsure}"), {"sentence": Message(_form(one, plain), gaps), "unsure": unsure})


def more_in_the_fund(names: Names, sites: Mapping[str, Site], minor: int, currency: str, one: OneMore) -> Message:
    """What so much more money would bring."""
    first = sites[one.relieved[0]]
    gaps = {
        "amount": _whole(minor),
        "currency": currency,
        "fewer": len(one.relieved) - len(one.worse),
        "what": names.kind(first.kind),
        "place": names.place(first.region),
        "claims": one.claims_per_day,
    }
    if one.claims_per_day > 0:
        return Message(
            N_(
                "{amount} {currency} more to spend: {fewer} fewer missing ({what}, {place}), "
                "enough for {claims} claims a day."
            ),
            gaps,
        )
    return Message(
        N_("{amount} {currency} more to spend: {fewer} fewer missing ({what}, {place}); no claim cleared."), gaps
    )


def _form(one: OneMore, plain: bool) -> str:
    if plain and one.claims_per_day > 0 and not one.minutes:
        return N_(
            "{what}: one more at {depot} serves {place} itself: enough for {claims} claims a day, if people go with it."
        )
    if plain and one.claims_per_day > 0:
        return N_(
            "{what}: one more at {depot} goes to {place}, {minutes} min away: "
            "enough for {claims} claims a day with people."
        )
    if plain:
        return N_("{what}: one more at {depot} goes to {place}, {minutes} min away; it clears no claim by itself.")
    if one.claims_per_day > 0:
        return N_(
            "{what}: with one more at {depot} {fewer} fewer are missing: enough for {claims} claims a day, with people."
        )
    return N_("{what}: with one more at {depot} {fewer} fewer are missing; the plan costs {gain} minutes less.")


def packed(value: Any) -> Any:
    """A message as plain values for a stored plan."""
    if isinstance(value, Message):
        return {"id": value.id, "values": {name: packed(gap) for name, gap in value.values.items()}}
    return value


# Sentences as plans stored them before they were reworded -> as they are now, with the same gaps.
FORMER = {
    "{amount} {currency} more to spend: {fewer} fewer missing ({what}, {place}); {claims} claims a day.": (
        "{amount} {currency} more to spend: {fewer} fewer missing ({what}, {place}), enough for {claims} claims a day."
    ),
    "{what}: one more at {depot} serves {place} itself and clears {claims} claims a day.": (
        "{what}: one more at {depot} serves {place} itself: enough for {claims} claims a day, if people go with it."
    ),
    "{what}: one more at {depot} goes to {place}, {minutes} min away, and clears {claims} claims a day.": (
        "{what}: one more at {depot} goes to {place}, {minutes} min away: enough for {claims} claims a day with people."
    ),
    "{what}: with one more at {depot} {fewer} fewer are missing, which clears {claims} claims a day.": (
        "{what}: with one more at {depot} {fewer} fewer are missing: enough for {claims} claims a day, with people."
    ),
}


def unpacked(value: Any) -> Any:
    """The message of a stored plan."""
    if isinstance(value, Mapping) and set(value) == {"id", "values"}:
        found = FORMER.get(str(value["id"]), str(value["id"]))
        return Message(found, {name: unpacked(gap) for name, gap in value["values"].items()})
    return value


def chosen_parts(kinds: Iterable[str], rules: GoodsRules) -> Iterator[str]:
    """The kinds of goods one could have one more of: a kit by its parts."""
    for kind in kinds:
        yield from rules.kits[kind].all_parts if kind in rules.kits else (kind,)
