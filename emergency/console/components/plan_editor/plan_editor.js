// A text area that sends what was typed when the fingers rest, and shows which lines have faults.
//
// The text belongs to whoever types: it is replaced only when the token changes. What comes
// from a file reaches the page through value and textContent alone.

const REST_MS = 450;

/** Called by Streamlit at every draw; the editor itself is made once and lives on its element. */
export default function draw(component) {
  const root = component.parentElement.querySelector(".plan-editor");
  root.planEditor ??= new PlanEditor(root);
  root.planEditor.send = component.setTriggerValue;
  root.planEditor.show(component.data);
}

class PlanEditor {
  constructor(root) {
    this.root = root;
    this.area = root.querySelector("textarea");
    this.gutter = root.querySelector(".gutter");
    this.list = root.querySelector(".faults");
    this.state = root.querySelector(".state");
    this.faults = [];
    this.area.addEventListener("input", () => this.typed());
    this.area.addEventListener("blur", () => this.flush());
    this.area.addEventListener("scroll", () => { this.gutter.scrollTop = this.area.scrollTop; });
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.jump(event.target.closest("[data-line]")));
  }

  show(data) {
    this.words = data.words;
    this.root.style.setProperty("--height", `${data.height}px`);
    this.area.setAttribute("aria-label", data.words.label);
    if (data.token !== this.token) {
      this.token = data.token;
      this.area.value = data.text;
      this.sent = data.text;
      this.area.scrollTop = 0;
    }
    this.faults = data.faults;
    if (this.area.value === this.sent) this.say(data.saved, "");
    this.number();
    this.tell();
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), REST_MS);
    this.say(this.words.typing, "busy");
    this.number();
  }

  flush() {
    clearTimeout(this.timer);
    if (this.area.value === this.sent) return;
    this.sent = this.area.value;
    this.say(this.words.saving, "busy");
    this.send("typed", { text: this.sent, at: Date.now() });
  }

  key(event) {
    // Tab indents as the format wants it, with two spaces; Escape and then Tab leaves the field.
    if (event.key === "Escape") this.leaving = true;
    else if (event.key === "Tab" && !this.leaving && !event.shiftKey) {
      event.preventDefault();
      document.execCommand("insertText", false, "  ");
    } else if (event.key !== "Shift") this.leaving = false;
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.flush();
    }
  }

  say(text, look) {
    this.state.textContent = text;
    this.state.className = `state ${look}`;
  }

  number() {
    const wrong = new Map();
    for (const fault of this.faults) wrong.set(fault.line, [...(wrong.get(fault.line) ?? []), fault.text]);
    const count = this.area.value.split("\n").length;
    const rows = [];
    for (let line = 1; line <= count; line += 1) {
      const row = document.createElement("div");
      row.textContent = line;
      if (wrong.has(line)) {
        row.className = "wrong";
        row.title = wrong.get(line).join("\n");
      }
      rows.push(row);
    }
    this.gutter.replaceChildren(...rows);
    this.gutter.scrollTop = this.area.scrollTop;
  }

  tell() {
    const head = document.createElement("h4");
    head.textContent = this.faults.length ? this.words.faults : this.words.none;
    head.className = this.faults.length ? "" : "ok";
    const rows = this.faults.map((fault) => {
      const row = Object.assign(document.createElement("button"), { type: "button" });
      row.dataset.line = fault.line;
      const place = Object.assign(document.createElement("b"), { textContent: fault.place });
      const text = Object.assign(document.createElement("span"), { textContent: fault.text });
      row.append(place, text);
      if (fault.suggestion) row.append(Object.assign(document.createElement("em"), { textContent: fault.suggestion }));
      return row;
    });
    this.list.replaceChildren(head, ...rows);
  }

  jump(row) {
    if (!row) return;
    const line = Math.max(1, Number(row.dataset.line));
    const lines = this.area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    const height = this.gutter.firstElementChild?.offsetHeight ?? 18;
    this.area.scrollTop = Math.max(0, (line - 4) * height);
    this.area.scrollLeft = 0;
  }
}
