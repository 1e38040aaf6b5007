"""The steps of commanding an incident, as a person does them in the rooms of the console."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.commander import WAIT, Commander
from tests.journeys.stories import COMMANDER, Story, Words

HOUSE = {
    "Name of the company": {"zh": "泰和保险", "en": "Taihe Insurance"},
    "Hotline": {"zh": "95599", "en": "95599"},
    "Where news is published": {"zh": "taihe.example", "en": "taihe.example"},
    "Contact for questions": {"zh": "周婷", "en": "Zhou Ting"},
}
PEOPLE = {
    "reporter": {"en": "Duty desk", "zh": "值班室"},
    "commander": {"en": "Wang Min", "zh": "王敏"},
    "deputy": {"en": "Li Qiang", "zh": "李强"},
    "worker": {"en": "Zhou Min", "zh": "周敏"},
    "approver": {"en": "Sun Yan", "zh": "孙岩"},
    "ender": {"en": "Chen Fang", "zh": "陈放"},
}
ACTS = (
    "Incident reported",
    "Confirm the response level",
    "Enable a relief measure",
    "Bulletin approved",
    "Response ended",
)
OVER_OR_LATER = re.compile(r"[✓∅✕]|#\d")  # signs of the task list: done, missed, dropped; a turn after the first


def name_of(person: Commander, who: str) -> str:
    return person.say.of(PEOPLE[who])


def report(person: Commander, story: Story) -> None:
    """The form that takes a minute, and the word that it is real."""
    say = person.say
    person.arrive("response", "Response")
    send = person.page.get_by_role("button", name=say("Report the incident"), exact=True)
    another = person.page.get_by_role("button", name=say("Report another incident"), exact=True)
    card = person.page.locator(".st-key-incident-card summary")
    expect(send.or_(another).or_(card).first).to_be_visible(timeout=WAIT)
    if send.count() == 0:
        if another.count() == 0:
            card.first.click()
        person.press(say("Report another incident"))
    began = person.seconds
    person.choose(say("Kind"), say.of(story.kind))
    person.write(say("What happened?"), say.of(story.title))
    person.choose(say("Regions in scope (from the list, or by a click on the map)"), say.of(story.region))
    person.page.keyboard.press("Escape")
    person.choose(say("Perils"), say(story.peril))
    person.page.keyboard.press("Escape")
    person.write(say("Reported by"), name_of(person, "reporter"))
    person.shot("form")
    person.press(say("Report the incident"))
    person.sees(say.of(story.title))
    person.took.append(("the whole report form", person.seconds - began))
    person.press(say("It is real"))
    person.hears(say("Confirmed as real, with your name and the time."))


def enter(person: Commander, figure: str, value: int) -> None:
    """A figure no claim carries, with who said it."""
    say = person.say
    person.choose(say("Figure"), say(figure))
    form = person.form(say("Whose figure"))
    person.number(value, form)
    form.get_by_role("textbox", name=say("Source"), exact=True).fill(name_of(person, "reporter"))
    person.shot("figure")
    person.press(say("Enter"), form)
    person.hears(say("Entered; the rules have looked at it."))


def confirm(person: Commander, level: str) -> None:
    """The one thing to do next: take the role that decides, then decide."""
    say = person.say
    person.sees(say("{level} is proposed", level=say(level)))
    person.shot("proposed")
    person.click(person.page.locator(".st-key-take-role button").first, "act as the one who decides")
    person.press(say("Confirm {level}", level=say(level)))
    person.hears(say("{level} is in force; its tasks are laid out.", level=say(level)))
    person.shot("in-force")


def staff(person: Commander) -> None:
    """The commander's post is taken, with a deputy; the board shows both."""
    say = person.say
    post, holder, deputy = say.of(COMMANDER), name_of(person, "commander"), name_of(person, "deputy")
    person.walk("Organisation")
    person.choose(say("Post"), post)
    person.write(say("Person"), holder)
    person.press(say("Appoint"))
    person.hears(say("{person} holds the post now.", person=holder))
    person.choose(say("Post"), post)
    person.click(person.main.get_by_text(say("Add a deputy"), exact=True).first, "the way: add a deputy")
    expect(person.page.get_by_role("button", name=say("Add a deputy"), exact=True)).to_be_visible(timeout=WAIT)
    person.write(say("Person"), deputy)
    person.press(say("Add a deputy"))
    person.hears(say("{person} deputises.", person=deputy))
    row = person.main.locator(".em-table tr", has_text=holder).first
    expect(row).to_contain_text(deputy)
    person.shot("organisation")


def complete(person: Commander, task: Words, how: str) -> None:
    say = person.say
    person.walk("Tasks")
    person.choose(say("Task"), say.of(task))
    person.write(say("How was it done?"), how)
    person.press(say("Done"))
    person.hears(say("Task done."))
    person.shot("tasks")


def is_done(person: Commander, task: Words) -> None:
    """The act itself was the evidence."""
    person.walk("Tasks")
    person.choose(person.say("Task"), person.say.of(task))
    person.sees(person.say("Open again"))


def complete_critical(person: Commander) -> None:
    """Every critical task that is still open, as the board lists them; the next turn of a repeating one is not owed."""
    say = person.say
    person.walk("Tasks")
    box = person.page.get_by_role("combobox", name=say("Task"), exact=True).first
    for _ in range(20):
        box.click()
        box.fill("▲")
        options = person.page.get_by_role("option").filter(has_text="▲").filter(has_not_text=OVER_OR_LATER)
        expect(person.page.get_by_role("option").filter(has_text="▲").first).to_be_visible(timeout=WAIT)
        expect(person.page.get_by_role("option").filter(has_not_text="▲")).to_have_count(0, timeout=WAIT)
        if options.count() == 0:
            person.page.keyboard.press("Escape")
            return
        with person.doing("choose a critical task"):
            options.first.click()
        person.write(say("How was it done?"), name_of(person, "worker"))
        person.press(say("Done"))
        person.hears(say("Task done."))
    raise AssertionError("critical tasks do not come to an end")


def ease(person: Commander, measure: Words) -> None:
    say = person.say
    person.walk("Relief measures")
    person.choose(say("Measure"), say.of(measure))
    person.press(say("Enable"))
    person.hears(say("“{measure}” is in force; any task it proves is done.", measure=say.of(measure)))
    person.shot("measures")


def tell_customers(person: Commander, story: Story) -> None:
    """Written by one, refused to them, approved by another, sent."""
    say = person.say
    person.walk("Bulletins")
    person.sees(say("Ledger of figures"))
    keep = person.page.get_by_role("button", name=say("Keep"), exact=True)
    if keep.count():
        house = person.page.locator("[data-testid=stForm]", has=keep).first
        for label, texts in HOUSE.items():
            house.get_by_role("textbox", name=say(label), exact=True).fill(say.of(texts))
        person.press(say("Keep"), house)
        person.hears(say("Kept for every bulletin of this workspace."))
    person.act_as(name_of(person, "worker"), say.of(story.writer))
    person.click(person.page.locator(".st-key-begin-customers button"), "begin a bulletin")
    person.hears(say("A draft is begun from its template."))
    person.shot("bulletin-draft")
    person.press(say("Ask for approval"))
    person.hears(say("It waits for approval now."))
    # Nobody approves what they wrote, nor out of their role: the button is greyed and the room says who does.
    approve = person.page.get_by_role("button", name=say("Approve"), exact=True).first
    expect(approve).to_be_disabled(timeout=WAIT)
    why = say("Not for you to approve: {why}.", why="")[:6]
    expect(person.page.get_by_text(why).filter(has_text=say.of(story.approver)).first).to_be_visible(timeout=WAIT)
    person.shot("bulletin-refused")
    person.act_as(name_of(person, "approver"), say.of(story.approver))
    person.press(say("Approve"))
    person.hears(say("Approved; it can be sent."))
    person.press(say("Send now"))
    person.hears(say("Sent; the outbox delivers it."))
    person.shot("bulletin-sent")


def hand_in(person: Commander, kind: str, cause: str = "") -> None:
    """A report to the regulator: what only a person knows is typed, the rest stands there already."""
    say = person.say
    person.walk("Reports")
    person.click(person.page.locator(f".st-key-write-{kind} button"), f"write the {kind} report")
    handed = person.page.locator(".st-key-handed-in button")
    expect(handed).to_be_visible(timeout=WAIT)
    if cause:
        box = person.main.get_by_role("textbox", name=say.of({"en": "Preliminary cause", "zh": "初步原因"})).first
        with person.doing("write the cause"):
            box.fill(cause)
            box.blur()
    if kind == "final":
        leave_nothing_open(person)
    person.shot(f"report-{kind}")
    person.click(handed, f"hand in the {kind} report")
    expect(handed).to_have_count(0, timeout=WAIT)
    person.shot(f"reports-after-{kind}")


def leave_nothing_open(person: Commander) -> None:
    """A final report has no gaps, and says why it goes while the response runs."""
    say = person.say
    gaps = person.main.locator(".em-missing")
    while gaps.count():
        person.still()  # the form of the gap before gives way to an empty one
        before = gaps.inner_text()
        box = person.main.get_by_role("textbox", name=say("Why it is not available"))
        box.fill(name_of(person, "reporter"))
        expect(box).to_have_value(name_of(person, "reporter"))
        person.press(say("Put the reason in its place"))
        expect(person.main.locator(".em-missing").get_by_text(before, exact=True)).to_have_count(0, timeout=WAIT)
    box = person.main.get_by_role("textbox", name=say("It goes all the same because …"))
    if box.count():
        with person.doing("say why the final report goes now"):
            box.fill(name_of(person, "reporter"))
            box.blur()


def meet(person: Commander, conditions: tuple[tuple[str, str], ...]) -> None:
    """Closure conditions the console cannot count: each entered with its source."""
    say = person.say
    for metric, value in conditions:
        part = person.unfold(say("Enter a figure that is missing"))
        person.choose(say("Figure"), say(metric), part)
        part.get_by_role("textbox", name=say("Value"), exact=True).fill(value)
        part.get_by_role("textbox", name=say("Source"), exact=True).fill(name_of(person, "reporter"))
        person.press(say("Enter"), part)
        person.hears(say("Entered; the conditions have looked at it."))


def end(person: Commander, story: Story) -> None:
    """Refused out of the role, and while conditions are open; then ended, with the review open."""
    say = person.say
    person.walk("Response")
    person.press(say("End the response"))
    person.hears(say.of(story.ender))
    person.act_as(name_of(person, "ender"), say.of(story.ender))
    person.press(say("End the response"))
    person.hears(say("not met"))
    person.shot("end-refused")
    meet(person, story.conditions)
    person.sees(say("Every condition is met."))
    person.shot("conditions-met")
    person.press(say("End the response"))
    person.hears(say("The response has ended; the review is open."))
    person.press(say("Put the review pack together"))
    expect(person.page.locator("[data-testid=stDownloadButton] button").first).to_be_visible(timeout=WAIT)
    person.shot("review")


def measures_are_restored(person: Commander, measure: Words) -> None:
    say = person.say
    person.walk("Relief measures")
    row = person.main.locator(".em-table tr", has_text=say.of(measure)).first
    expect(row).to_contain_text(say("restored at stand-down"))
    person.shot("restored")


def read_journal(person: Commander) -> None:
    """Every act is an entry, and the chain is whole."""
    say = person.say
    person.walk("Journal")
    expect(person.page.locator("[data-testid=stAlertContentSuccess]")).to_be_visible(timeout=WAIT)
    for act in ACTS:
        person.write(say("Find"), say(act))
        grid = person.page.locator(".st-key-journal-table table")
        expect(grid.get_by_text(say(act)).first).to_have_count(1, timeout=WAIT)
    person.shot("journal")


def command(person: Commander, story: Story) -> None:
    """The whole of it."""
    say = person.say
    report(person, story)
    enter(person, story.figure, story.value)
    confirm(person, "Level Ⅱ")
    hand_in(person, "first", say.of(story.cause))
    staff(person)
    complete(person, story.task, say.of(story.cause))
    person.act_as(name_of(person, "worker"), say.of(story.measure_role))
    ease(person, story.measure)
    is_done(person, story.proves)
    tell_customers(person, story)
    hand_in(person, "final")
    if story.last_tasks:
        complete_critical(person)
    end(person, story)
    measures_are_restored(person, story.measure)
    read_journal(person)
