"""What the incidents of the journeys are made of, in both languages: one for every kind of the norm, and one leak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]


def both(en: str, zh: str) -> Words:
    return {"en": en, "zh": zh}


@dataclass(frozen=True)
class Story:
    """One incident from report to stand-down.

    ``peril``, ``figure`` and ``conditions`` are named by their English message; ``value`` of ``figure``
    reaches Level Ⅱ. ``measure`` proves ``proves``. ``conditions``: what the plan asks before the response
    ends and only a person can know, with the value that meets it. ``last_tasks``: it ends only when no
    critical task is open.
    """

    name: str
    kind: Words
    peril: str
    title: Words
    region: Words
    figure: str
    value: int
    task: Words
    measure: Words
    measure_role: Words
    proves: Words
    writer: Words
    approver: Words
    cause: Words
    ender: Words
    conditions: tuple[tuple[str, str], ...]
    last_tasks: bool = False


COMMANDER = both("Commander", "总指挥")
GUANGDONG = both("Guangdong", "广东省")
PROVINCE_GM = both("General manager of the province", "省级分公司总经理")
CIO = both("Chief information officer", "首席信息官")
CLAIMS = both("Claims operations", "理赔处置")
CARE = both("Customer support", "客户支持")
RISK = both("Risk and compliance", "风控合规")
LEGAL = both("Legal", "法律事务")
FAST_LANE = both("Fast lane", "绿色通道")
NOT_SPOKEN_TO = "Injured and bereaved customers not yet spoken to"

OUTAGE = Story(
    name="outage",
    kind=both("system failure", "系统故障"),
    peril="outage",
    title=both("Core claims system down, reports blocked", "核心理赔系统中断，报案受阻"),
    region=GUANGDONG,
    figure="Outage in one province",
    value=200,
    task=both("No other change to any system", "冻结其他系统变更"),
    measure=both("Manual log of reports", "手工报案台账"),
    measure_role=CLAIMS,
    proves=both("Take first notices by hand", "启用手工报案台账"),
    writer=CARE,
    approver=RISK,
    cause=both("Storage of the first database node failed", "数据库主节点存储故障"),
    ender=CIO,
    conditions=(
        ("Minutes the core claims system has been up", "180"),
        ("Claims taken by hand, not yet matched", "0"),
    ),
)
TYPHOON = Story(
    name="typhoon",
    kind=both("natural disaster", "自然灾害"),
    peril="typhoon",
    title=both("Typhoon at the Guangdong coast", "台风登陆广东沿海"),
    region=GUANGDONG,
    figure="Insured deaths",
    value=4,
    task=both("Add seats for first notices", "扩容报案坐席"),
    measure=FAST_LANE,
    measure_role=CLAIMS,
    proves=both("Triage and fast lane", "案件分级与绿色通道"),
    writer=CARE,
    approver=RISK,
    cause=both("Typhoon", "台风登陆"),
    ender=PROVINCE_GM,
    conditions=((NOT_SPOKEN_TO, "0"), ("Claims ÷ usual number", "1")),
)
HEALTH = Story(
    name="health",
    kind=both("public health event", "突发公共卫生事件"),
    peril="food poisoning",
    title=both("Food poisoning in a factory canteen", "工厂食堂集体食物中毒"),
    region=both("Zhejiang", "浙江省"),
    figure="Persons in one cluster of claims",
    value=60,
    task=both("Check health, accident and liability terms", "核对健康险、意外险、责任险条款"),
    measure=both("No limit on hospital or drug list", "取消就诊医院与药品目录限制"),
    measure_role=COMMANDER,
    proves=both("Lift limits of hospital", "取消定点医院、用药目录"),
    writer=CARE,
    approver=both("Medical adviser", "医学顾问"),
    cause=both("Spoilt food in the canteen", "食堂食材变质"),
    ender=PROVINCE_GM,
    conditions=((NOT_SPOKEN_TO, "0"), ("Share of staff absent", "0.02"), ("Claims ÷ usual number", "1")),
    last_tasks=True,
)
COMPLAINTS = Story(
    name="complaints",
    kind=both("customer complaints", "客户投诉"),
    peril="people gathering",
    title=both("Customers gather at the Changsha counter", "客户在长沙柜面聚集投诉"),
    region=both("Hunan", "湖南省"),
    figure="People gathering to complain",
    value=30,
    task=both("Map the outlets", "圈定涉及网点"),
    measure=both("Claims handled anywhere", "异地通赔"),
    measure_role=both("Claims review", "理赔复核"),
    proves=both("Other outlets and the app take over", "网点停业时改由邻近网点"),
    writer=both("Complaint office", "投诉处理"),
    approver=LEGAL,
    cause=both("Refused claims under one clause", "同一条款集中拒赔"),
    ender=PROVINCE_GM,
    conditions=(
        ("People gathering to complain", "0"),
        ("Complaints not yet answered", "0"),
        ("Hours without a new complaint of this kind", "50"),
        ("Outlet closed", "0"),
    ),
)
LEAK = Story(
    name="leak",
    kind=both("system failure", "系统故障"),
    peril="data leak",
    title=both("Customer records offered for sale", "客户信息在网上被兜售"),
    region=both("Shanghai", "上海市"),
    figure="Persons whose records leaked",
    value=6000,
    task=both("Find out which fields", "查清泄露的字段"),
    measure=both("Payees checked twice", "收款账户双重核验"),
    measure_role=CLAIMS,
    proves=both("Change the claims procedure", "调整理赔流程"),
    writer=CARE,
    approver=both("Privacy officer", "个人信息保护负责人"),
    cause=both("A key of a third party was stolen", "第三方接口密钥被盗"),
    ender=CIO,
    conditions=(("Leak stopped", "yes"), ("Persons of a leak not yet told", "0")),
    last_tasks=True,
)
DISPUTE = Story(
    name="dispute",
    kind=both("contract dispute", "合同争议"),
    peril="dispute over a clause",
    title=both("Thirty customers dispute the waiting period", "三十名客户质疑等待期条款"),
    region=both("Sichuan", "四川省"),
    figure="Persons disputing the same clause",
    value=30,
    task=both("Opinion on the clause", "条款效力意见"),
    measure=both("Advance payment", "预付赔款"),
    measure_role=COMMANDER,
    proves=both("Pay the undisputed part first", "无争议部分先行赔付"),
    writer=both("Customer talks and mediation", "客户沟通与调解"),
    approver=LEGAL,
    cause=both("The clause was not explained at the sale", "投保时未明确说明条款"),
    ender=PROVINCE_GM,
    conditions=(("Disputes not yet settled", "0"), ("Hours without a new complaint of this kind", "80")),
    last_tasks=True,
)
ACCIDENT = Story(
    name="accident",
    kind=both("large accident", "意外事故"),
    peril="explosion",
    title=both("Explosion in a chemical plant", "化工厂爆炸事故"),
    region=both("Jiangsu", "江苏省"),
    figure="Deaths",
    value=5,
    task=both("Match the casualty list", "核对伤亡名单与保单"),
    measure=FAST_LANE,
    measure_role=both("Injury claims", "人伤理赔"),
    proves=both("Open the fast lane", "开通绿色通道"),
    writer=both("Family liaison", "家属联络"),
    approver=RISK,
    cause=both("Explosion of a reactor", "反应釜爆炸"),
    ender=PROVINCE_GM,
    conditions=((NOT_SPOKEN_TO, "0"),),
    last_tasks=True,
)
