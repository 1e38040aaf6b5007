// What lies above the regions of the dispatch map: labels, arrows, bases and
// people, the legend and the buttons. Text is set through textContent only.

const LINE = "#0b57d0";
const BEND = 0.16; // sideways reach of an arrow, as a share of its length

export function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== "") node.textContent = text;
  return node;
}

/** A corner of the map that shows one plain text; nothing where there is none. */
export function corner(L, position, className, text) {
  if (!text) return null;
  const control = L.control({ position });
  control.onAdd = () => element("div", className, text);
  return control;
}

/** Zoom in, zoom out, back to the incident: real buttons with names. */
export function buttons(L) {
  return L.Control.extend({
    initialize(words, home) {
      L.Control.prototype.initialize.call(this, { position: "topleft" });
      Object.assign(this, { words, home });
    },
    onAdd(map) {
      const bar = element("div", "map-buttons");
      L.DomEvent.disableClickPropagation(bar);
      const add = (sign, title, act) => {
        const button = Object.assign(element("button", "", sign), { type: "button", title, onclick: act });
        button.setAttribute("aria-label", title);
        bar.append(button);
      };
      add("+", this.words.zoom_in, () => map.zoomIn());
      add("−", this.words.zoom_out, () => map.zoomOut());
      add("⌂", this.words.home, this.home);
      return bar;
    },
  });
}

export function legend(L, data, anyHatched) {
  const { name, labels, colours } = data.legend;
  const control = L.control({ position: "bottomleft" });
  control.onAdd = () => {
    const box = element("div", "legend");
    box.append(element("strong", "", name));
    const scale = box.appendChild(element("div", "scale"));
    ["#eef2f6", ...colours].forEach((colour, rank) => {
      const step = scale.appendChild(element("span", "step"));
      const swatch = step.appendChild(element("i"));
      swatch.style.background = colour;
      step.append(element("small", "", labels[rank] ?? ""));
    });
    if (anyHatched) {
      const row = box.appendChild(element("div", "hatch"));
      row.append(element("i"), element("span", "", data.words.illustrative));
    }
    return box;
  };
  return control;
}

/** Labels, arrows and markers over the regions; laid out again when the zoom changes. */
export class Overlay {
  constructor(L, host) {
    Object.assign(this, { L, host, map: host.map, labels: [], markers: new Map(), arrows: [] });
    for (const [pane, height] of [["arrows", 420], ["names", 640]]) {
      Object.assign(this.map.createPane(pane).style, { zIndex: height, pointerEvents: "none" });
    }
    this.svg = L.svg({ pane: "arrows", padding: 0.5 });
    this.map.on("zoomend resize", () => this.layOut());
  }

  show(data) {
    this.data = data;
    this.#labels(data.labels);
    this.#markers(data.markers);
    this.layOut();
  }

  #labels(wanted) {
    const said = JSON.stringify([wanted, this.host.made, this.data.language, this.data.names]);
    if (said === this.labelsSaid) return;
    this.labelsSaid = said;
    this.labels.forEach((label) => label.marker.remove());
    this.labels = wanted.flatMap((label) => {
      const place = this.host.anchor(label.code);
      if (!place) return [];
      const box = element("div", "region-label"); // of "Harris, TX" the place says TX
      box.append(element("b", "", this.host.name(label.code).split(", ")[0]), element("span", `pill ${label.tone}`, label.text));
      return [{ box, marker: this.#still(place, box).addTo(this.map), place }];
    });
  }

  /** A node fixed to a place that no pointer can touch. */
  #still(place, node) {
    return this.L.marker(place, {
      pane: "names", interactive: false, keyboard: false,
      icon: this.L.divIcon({ html: node, className: "still", iconSize: [0, 0] }),
    });
  }

  #markers(wanted) {
    const ids = new Set(wanted.map((one) => one.id));
    for (const [id, marker] of this.markers) {
      if (!ids.has(id)) { marker.remove(); this.markers.delete(id); }
    }
    for (const one of wanted) {
      const said = JSON.stringify([one.name, one.kind, one.draggable, this.data.words]);
      let marker = this.markers.get(one.id);
      if (marker && marker.said !== said) { marker.remove(); marker = null; }
      if (!marker) {
        marker = this.#marker(one);
        marker.said = said;
        this.markers.set(one.id, marker);
      }
      marker.setLatLng([one.lat, one.lon]);
      marker.getElement()?.classList.remove("asked");
    }
  }

  #marker(one) {
    const { L, host } = this;
    const box = element("div", `mark ${one.kind}`);
    box.append(element("i"));
    const name = box.appendChild(element("span", "mark-name", one.name));
    const marker = L.marker([one.lat, one.lon], {
      draggable: one.draggable, autoPan: true, title: one.name, alt: one.name, riseOnHover: true,
      icon: L.divIcon({ html: box, className: "mark-icon", iconSize: [26, 26] }),
    }).addTo(this.map);
    marker.nameNode = one.kind === "base" || one.kind === "team" ? name : null;
    if (!marker.nameNode) name.remove();
    marker.getElement().setAttribute("aria-label", one.name);
    marker.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      host.tell("picked_marker", { id: one.id });
    });
    marker.on("keydown", ({ originalEvent }) => originalEvent.key === "Enter" && host.tell("picked_marker", { id: one.id }));
    marker.on("dragstart", () => host.hold(true));
    marker.on("dragend", () => this.#dropped(one.id, marker));
    return marker;
  }

  #dropped(id, marker) {
    const { lat, lng } = marker.getLatLng();
    marker.getElement().classList.add("asked"); // until Python answers
    this.host.hold(false);
    this.host.tell("moved", { id, lat, lon: lng, region: this.host.regionAt(marker.getLatLng()) });
  }

  /** Names where there is room: nothing is written over anything, the important first. */
  layOut() {
    if (!this.data) return;
    const taken = [...this.markers.values()].map((marker) => around(this.#point(marker.getLatLng()), 18, 18));
    for (const label of this.labels) this.#label(label, taken);
    this.arrows.forEach((part) => part.remove());
    this.arrows = [];
    const shafts = this.data.lines.flatMap((line) => this.#arrow(line, taken));
    for (const marker of this.markers.values()) {
      if (marker.nameNode) this.#settle(marker.nameNode, this.#point(marker.getLatLng()), taken, beside, shafts);
    }
  }

  /** Near its place with its name, else the figure alone, else a little further off, else not at all. */
  #label({ box, place }, taken) {
    const centre = this.#point(place);
    for (const [short, reach] of [[false, 0.55], [true, 0.8], [false, 1.2], [true, 1.8]]) {
      box.classList.toggle("short", short);
      if (this.#settle(box, centre, taken, (width, height) => roundAbout(width, height, reach))) return;
    }
  }

  #point(latlng) {
    return this.map.latLngToLayerPoint(latlng);
  }

  /** Put a node at the first free place of those proposed, in sight if it can be; hide it if there is none. */
  #settle(node, centre, taken, propose, also = []) {
    const [width, height] = [node.offsetWidth, node.offsetHeight];
    const [corner, size] = [this.map.containerPointToLayerPoint([0, 0]), this.map.getSize()];
    const inSight = (box) => box.left > corner.x && box.top > corner.y
      && box.right < corner.x + size.x && box.bottom < corner.y + size.y;
    const free = [...propose(width, height)]
      .map(([dx, dy]) => ({ dx, dy, box: around({ x: centre.x + dx, y: centre.y + dy }, width, height) }))
      .filter(({ box }) => !taken.some((other) => overlap(box, other)));
    const clear = free.filter(({ box }) => !also.some((other) => overlap(box, other)));
    const best = clear.find(({ box }) => inSight(box)) ?? clear[0] ?? free[0];
    node.style.visibility = best ? "visible" : "hidden";
    if (!best) return false;
    taken.push(best.box);
    node.style.transform = `translate(${Math.round(best.dx - width / 2)}px, ${Math.round(best.dy - height / 2)}px)`;
    return true;
  }

  /** One curved arrow with its number; returns the boxes its shaft runs through. */
  #arrow(line, taken) {
    const { L, map } = this;
    const from = map.project([line.from[1], line.from[0]]);
    const to = map.project([line.to[1], line.to[0]]);
    const along = to.subtract(from);
    const length = Math.hypot(along.x, along.y);
    if (length < 12) return [];
    const lift = along.x >= 0 ? 1 : -1; // always bend upwards
    const middle = from.add(to).divideBy(2).add(L.point(along.y * lift, -along.x * lift).multiplyBy(BEND));
    const at = (t) => from.multiplyBy((1 - t) ** 2).add(middle.multiplyBy(2 * t * (1 - t))).add(to.multiplyBy(t * t));
    const end = 1 - Math.min(0.25, 22 / length); // stop short of the name in the region
    const steps = Math.max(6, Math.round(length / 16)); // Leaflet rounds to pixels: short steps would wobble
    const path = Array.from({ length: steps + 1 }, (_, step) => map.unproject(at((step / steps) * end)));
    const share = { renderer: this.svg, pane: "arrows", interactive: false, smoothFactor: 0 };
    const badge = this.#badgePlace((t) => map.unproject(at(t * end)), taken);
    this.arrows.push(...[
      L.polyline(path, { ...share, color: "#fff", weight: 5, opacity: 0.75 }),
      L.polyline(path, { ...share, color: LINE, weight: 2.2 }),
      this.#head(at(end), at(end - Math.min(0.1, 8 / length)), share),
      ...(badge ? [this.#badge(badge, line)] : []),
    ].map((part) => part.addTo(map)));
    return path.slice(1).map((place) => around(this.#point(place), 8, 8));
  }

  /** The middle of the arrow, else the nearest place on it or beside it where nothing is written; null if none. */
  #badgePlace(along, taken) {
    const shares = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
    for (const beside of [0, -24, 24]) {
      for (const share of shares) {
        const centre = this.#point(along(share)).add([0, beside]);
        const box = around(centre, 26, 26);
        if (taken.some((other) => overlap(box, other))) continue;
        taken.push(box);
        return this.map.layerPointToLatLng(centre);
      }
    }
    return null;
  }

  #head(tip, before, share) {
    const { L, map } = this;
    const along = tip.subtract(before);
    const unit = along.divideBy(Math.hypot(along.x, along.y) || 1);
    const across = L.point(-unit.y, unit.x);
    const back = tip.subtract(unit.multiplyBy(4));
    const corners = [tip.add(unit.multiplyBy(8)), back.add(across.multiplyBy(6)), back.subtract(across.multiplyBy(6))];
    return L.polygon(corners.map((corner) => map.unproject(corner)),
      { ...share, stroke: true, color: "#fff", weight: 1, fillColor: LINE, fillOpacity: 1 });
  }

  #badge(place, line) {
    const { L } = this;
    const badge = L.marker(place, {
      keyboard: false, icon: L.divIcon({ html: element("b", "", String(line.n)), className: "arrow-badge", iconSize: [24, 24] }),
    });
    if (line.label) badge.bindTooltip(element("span", "", line.label), { className: "region-tip" });
    return badge;
  }
}

const around = (point, width, height) => ({
  left: point.x - width / 2, right: point.x + width / 2, top: point.y - height / 2, bottom: point.y + height / 2,
});

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function* roundAbout(width, height, reach) {
  yield [0, 0];
  for (const [x, y] of [[0, -1], [0, 1], [1, 0], [-1, 0], [1, -1], [-1, -1], [1, 1], [-1, 1]]) {
    yield [x * width * 0.6 * reach, y * height * reach];
  }
}

function* beside(width, height) {
  yield [width / 2 + 12, 0];
  yield [-width / 2 - 12, 0];
  for (const down of [1, -1]) {
    for (const x of [0, -width / 2 + 12, width / 2 - 12]) yield [x, down * (height / 2 + 11)];
  }
}
