// An area drawn by its corners: a click adds one, Enter one in the middle of the map, Backspace takes
// the last back. Python keeps the corners; between a click and its answer our own are the newer ones.

const LINE = "#0b57d0";
const STYLE = { color: LINE, weight: 2.2, fillColor: LINE, fillOpacity: 0.12, interactive: false, smoothFactor: 0 };

export class Drawing {
  constructor(L, host) {
    Object.assign(this, { L, host, corners: [], active: false, saidAt: 0, parts: [] });
    const pane = host.map.createPane("drawing");
    Object.assign(pane.style, { zIndex: 430, pointerEvents: "none" });
    this.svg = L.svg({ pane: "drawing", padding: 0.5 });
    host.root.addEventListener("keydown", (event) => this.#key(event));
  }

  /** What Python says; corners set since its last answer are kept. */
  show({ drawing, answered }) {
    this.active = drawing?.active ?? false;
    this.host.root.classList.toggle("drawing", this.active);
    if (this.saidAt <= (answered ?? 0)) this.corners = drawing?.corners ?? [];
    this.shapes = drawing?.shapes ?? null;
    this.#draw();
  }

  /** True where the click was a corner. */
  took(latlng) {
    if (!this.active) return false;
    this.#set([...this.corners, [round(latlng.lng), round(latlng.lat)]]);
    return true;
  }

  #key(event) {
    if (!this.active || event.target !== this.host.root) return;
    if (event.key === "Enter") this.took(this.host.map.getCenter());
    else if (event.key === "Backspace") this.#set(this.corners.slice(0, -1));
    else return;
    event.preventDefault();
  }

  #set(corners) {
    this.corners = corners;
    this.#draw();
    this.saidAt = this.host.tell("drew", { corners });
  }

  #draw() {
    const { L, host } = this;
    const said = JSON.stringify([this.corners, this.active, this.shapes]);
    if (said === this.said) return;
    this.said = said;
    this.parts.forEach((part) => part.remove());
    const share = { ...STYLE, renderer: this.svg, pane: "drawing" };
    const places = this.corners.map(([lon, lat]) => [lat, lon]);
    this.parts = [
      ...(this.shapes ? [L.geoJSON(this.shapes, { interactive: false, style: () => share })] : []),
      ...(places.length > 2 ? [L.polygon(places, share)] : []),
      ...(places.length === 2 ? [L.polyline(places, share)] : []),
      ...(this.active ? places : []).map((place, rank) => L.circleMarker(place, {
        ...share, radius: 4.5, fillColor: rank === places.length - 1 ? LINE : "#fff", fillOpacity: 1, weight: 2,
      })),
    ].map((part) => part.addTo(host.map));
  }
}

const round = (degrees) => Math.round(degrees * 1e5) / 1e5; // about a metre
