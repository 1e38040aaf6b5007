// The dispatch map. Python says what is so; this file draws it on Leaflet and
// says back what the operator did: picked a region, picked or moved a marker, drew.
//
// Rules kept here: the view belongs to the operator (it is set only when the fit
// token changes), everything is updated in place, and text from outside reaches
// the page through textContent alone.

const NAVY = "#14233a";
const BORDER = "#c3ccd6";
const DOT_BORDER = "#8b98a8"; // a dot has no neighbours to stand out from
const PALE = "#eef2f6";
const HATCH_STEP_PX = 7;
const ANSWER_WAIT_MS = 5000;

const geometries = new Map(); // address → promise of GeoJSON, shared by all maps of the page

/** Called by Streamlit at every draw; the map itself is made once and lives on its element. */
export default async function draw(component, assets) {
  const root = component.parentElement.querySelector(".dispatch-map");
  root.style.height = `${component.data.height}px`; // before anything is loaded: the page must not jump
  if (component.data.geometry) geometry(component.data.geometry).catch(() => {}); // under way early; faults are met in show()
  root.dispatchMap ??= start(root, component.parentElement, assets);
  const map = await root.dispatchMap;
  map.send = component.setTriggerValue;
  await map.show(component.data);
  // Streamlit may run a cleanup that belongs to an overtaken draw: believe the page, not the call.
  return () => setTimeout(() => root.isConnected || map.close(), 0);
}

async function start(root, parent, { leaflet, marks, shapes, drawing, styles }) {
  await Promise.all(styles.map((address) => style(parent, address)));
  return new DispatchMap(root, leaflet, marks, shapes, drawing);
}

function style(parent, address) {
  return new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
    link.onload = link.onerror = done;
    parent.append(link);
  });
}

function geometry(address) {
  if (!geometries.has(address)) {
    const loading = fetch(new URL(address, location.origin)).then((answer) => {
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      return answer.json();
    });
    loading.catch(() => geometries.delete(address)); // the next draw may try again
    geometries.set(address, loading);
  }
  return geometries.get(address);
}

class DispatchMap {
  constructor(root, L, marks, shapes, drawing) {
    Object.assign(this, { root, L, marks, shapes, regions: new Map(), busy: false, send: () => {} });
    // Leaflet takes the focus at every press; the page must not scroll under the pointer for it.
    root.focus = () => HTMLElement.prototype.focus.call(root, { preventScroll: true });
    this.map = L.map(root, {
      renderer: new (hatchingCanvas(L))({ padding: 0.4, tolerance: 3 }),
      zoomControl: false, attributionControl: false, doubleClickZoom: false, scrollWheelZoom: false,
      zoomSnap: 0.25, zoomDelta: 0.75, wheelPxPerZoomLevel: 90, minZoom: 2, maxZoom: 14, worldCopyJump: false,
    }).setView([35, 0], 3);
    this.overlay = new marks.Overlay(L, this);
    this.drawing = new drawing.Drawing(L, this);
    this.#listen();
  }

  #listen() {
    const { map, root } = this;
    map.on("click", ({ latlng }) => this.drawing.took(latlng) || this.pick(null));
    // The wheel scrolls the page until the operator has taken hold of the map.
    map.on("focus mousedown", () => map.scrollWheelZoom.enable());
    root.addEventListener("mouseleave", () => map.scrollWheelZoom.disable());
    this.sizes = new ResizeObserver(() => {
      map.invalidateSize({ pan: false, animate: false });
      this.#fit(); // a view asked for while the map had no size yet
    });
    this.sizes.observe(root);
  }

  /** Draw what Python says; while the operator drags, keep it for later. */
  async show(data) {
    this.wanted = data;
    if (this.busy) return;
    this.#frame(data);
    const shapes = await this.#load(data);
    if (this.wanted !== data || this.busy) return;
    this.data = data;
    this.#build(data, shapes);
    this.#shade();
    this.#fit();
    this.overlay.show(data);
    this.drawing.show(data);
    this.root.dataset.ready = data.answered ?? "yes";
  }

  async #load(data) {
    const addresses = [data.geometry, ...data.outlines].filter(Boolean);
    try {
      const files = await Promise.all(addresses.map(geometry));
      this.#complain("");
      return { polygons: data.geometry ? files[0] : null, outlines: files.slice(data.geometry ? 1 : 0) };
    } catch (problem) {
      console.warn("dispatch map:", problem.message);
      this.#complain(data.words.no_geometry);
      return { polygons: null, outlines: [] };
    }
  }

  #complain(text) {
    this.complaint ??= this.root.appendChild(this.marks.element("p", "complaint"));
    this.complaint.textContent = text;
    this.complaint.hidden = !text;
  }

  /** Everything around the regions: buttons, words, tiles. Made again only when its words change. */
  #frame(data) {
    const { L, map, root } = this;
    root.setAttribute("role", "application");
    root.setAttribute("aria-label", data.words.map);
    root.lang = data.language;
    const said = JSON.stringify([data.words, data.tile_url, data.attribution]);
    if (said === this.said) return;
    this.said = said;
    this.buttons?.remove();
    this.buttons = new (this.marks.buttons(L))(data.words, () => this.#goto(this.wanted.view)).addTo(map);
    this.tiles?.remove();
    this.tiles = data.tile_url ? L.tileLayer(data.tile_url).addTo(map) : null;
    this.credit?.remove();
    this.credit = this.marks.corner(L, "topright", "credit", data.attribution)?.addTo(map);
  }

  /** Regions are built when their set changes: polygons from a file, circles where there is none. */
  #build(data, shapes) {
    const made = JSON.stringify([data.geometry, shapes.polygons !== null, data.outlines, data.points]);
    if (made === this.made) return;
    this.made = made;
    const { L, map } = this;
    this.ground?.remove();
    this.lines?.remove();
    this.regions.clear();
    this.ground = L.featureGroup();
    if (shapes.polygons) {
      // A region may have no area in its source: it is drawn as a dot.
      const pointToLayer = (_, place) => L.circleMarker(place, { ...blank(), radius: 4 });
      L.geoJSON(shapes.polygons, { smoothFactor: 0.6, style: blank, pointToLayer })
        .eachLayer((layer) => this.#region(codeOf(layer.feature), layer, layer.feature.properties));
    }
    for (const [code, name, lon, lat] of data.points) {
      this.#region(code, L.circleMarker([lat, lon], blank()), { name });
    }
    this.ground.addTo(map);
    this.root.classList.toggle("dots-only", !shapes.polygons);
    this.ground.bindTooltip((layer) => this.#tooltip(layer), { sticky: true, className: "region-tip" });
    this.ground.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      this.drawing.took(event.latlng) || this.pick(event.layer.regionCode);
    });
    this.lines = L.geoJSON(shapes.outlines, {
      interactive: false, style: { color: "#8b98a8", weight: 1.2, fill: false },
    }).addTo(map);
  }

  #region(code, layer, properties) {
    layer.regionCode = code;
    layer.regionNames = properties;
    this.regions.set(code, layer);
    this.ground.addLayer(layer);
  }

  /** Give every region its class colour; only those that changed are drawn again. */
  #shade() {
    const { data } = this;
    const hatched = new Set(data.hatched);
    const largest = Math.max(1, ...Object.values(data.values));
    for (const [code, layer] of this.regions) {
      const value = data.values[code];
      const look = {
        fillColor: shade(value, data.legend), hatch: hatched.has(code) && value > 0,
        color: code === data.selected ? NAVY : layer.setRadius ? DOT_BORDER : BORDER, weight: code === data.selected ? 2.6 : 0.7,
      };
      const drawn = `${look.fillColor}${look.hatch}${look.weight}${value}`;
      if (layer.drawn === drawn) continue;
      layer.drawn = drawn;
      layer.setStyle(look);
      if (layer.setRadius && !layer.feature) layer.setRadius(value > 0 ? 5 + 15 * Math.sqrt(value / largest) : 4);
    }
    this.regions.get(data.selected)?.bringToFront();
    this.#legend(data, hatched.size > 0);
  }

  #legend(data, anyHatched) {
    const said = JSON.stringify([data.legend, data.words, anyHatched]);
    if (said === this.legendSaid) return;
    this.legendSaid = said;
    this.legend?.remove();
    this.legend = this.marks.legend(this.L, data, anyHatched).addTo(this.map);
  }

  /** Set the view once per fit token; from then on it is the operator's. */
  #fit() {
    const { data } = this;
    if (!data || !this.root.clientWidth || this.fitted === data.fit) return;
    this.fitted = data.fit;
    this.#goto(data.view);
  }

  #goto(view) {
    const { L, map } = this;
    const bounds = view ? L.latLngBounds([view[1], view[0]], [view[3], view[2]]) : this.ground?.getBounds();
    // What lies under the legend cannot be taken by hand.
    const below = 12 + (this.legend?.getContainer()?.offsetHeight ?? 0);
    const room = { paddingTopLeft: [12, 12], paddingBottomRight: [12, below] };
    if (bounds?.isValid()) map.fitBounds(bounds, { animate: false, ...room });
    this.overlay.layOut();
  }

  name(code) {
    const names = this.regions.get(code)?.regionNames ?? {};
    const own = this.data.language.startsWith("zh") ? names.name_zh : names.name_en;
    return this.data.names[code] ?? own ?? names.name ?? code;
  }

  #tooltip(layer) {
    const { data, marks } = this;
    const code = layer.regionCode;
    const value = data.values[code];
    const figure = value === undefined ? data.words.no_data : new Intl.NumberFormat(data.language).format(value);
    const box = marks.element("div");
    box.append(marks.element("strong", "", this.name(code)), marks.element("span", "", data.value_texts[code] ?? `${data.legend.name}: ${figure}`));
    if (data.hatched.includes(code)) box.append(marks.element("em", "", data.words.illustrative));
    return box;
  }

  /** Where a label of a region belongs: inside it. */
  anchor(code) {
    const layer = this.regions.get(code);
    if (!layer) return null;
    layer.anchorPoint ??= layer.getLatLng ? layer.getLatLng() : this.L.latLng(this.shapes.innerPoint(layer.feature.geometry));
    return layer.anchorPoint;
  }

  /** The region under a place, or null: the polygon around it, else the nearest circle within reach. */
  regionAt(latlng) {
    let best = null;
    let nearest = 28; // pixels
    for (const [code, layer] of this.regions) {
      if (layer.getLatLng) {
        const away = this.map.latLngToLayerPoint(layer.getLatLng()).distanceTo(this.map.latLngToLayerPoint(latlng));
        if (away < nearest) [best, nearest] = [code, away];
      } else if (layer.getBounds().contains(latlng) && this.shapes.inside(latlng, layer.feature.geometry)) {
        return code;
      }
    }
    return best;
  }

  pick(code) {
    if (code === null && !this.data?.selected) return;
    this.tell("picked", { code });
  }

  /** Tell Python, and show again what it last said if it does not answer; returns when it was told. */
  tell(event, value) {
    const at = Date.now();
    this.send(event, { ...value, at });
    clearTimeout(this.impatience);
    this.impatience = setTimeout(() => this.data && this.wanted.answered !== at && this.show(this.wanted), ANSWER_WAIT_MS);
    return at;
  }

  /** While a marker is in the operator's hand nothing is redrawn under it. */
  hold(held) {
    this.busy = held;
  }

  close() {
    clearTimeout(this.impatience);
    this.sizes.disconnect();
    this.map.remove();
    delete this.root.dispatchMap;
  }
}

const blank = () => ({ color: BORDER, weight: 0.7, fillColor: PALE, fillOpacity: 1, opacity: 1 });

function codeOf(feature) {
  return String(feature.properties?.code ?? feature.id);
}

/** The class colour of a value: pale for nothing and unknown, then one colour per bound passed. */
function shade(value, legend) {
  if (!(value > 0)) return PALE;
  let rank = 0;
  while (rank < legend.bounds.length && value >= legend.bounds[rank]) rank += 1;
  return legend.colours[rank];
}

/** Leaflet's canvas, with diagonal strokes over regions whose figure is only an illustration. */
function hatchingCanvas(L) {
  return L.Canvas.extend({
    _fillStroke(context, layer) {
      L.Canvas.prototype._fillStroke.call(this, context, layer);
      if (!layer.options.hatch) return;
      this._hatchTile ??= hatchTile();
      context.save();
      context.globalAlpha = 1;
      context.fillStyle = context.createPattern(this._hatchTile, "repeat");
      context.fill(layer.options.fillRule || "evenodd");
      context.restore();
    },
  });
}

function hatchTile() {
  const tile = Object.assign(document.createElement("canvas"), { width: HATCH_STEP_PX, height: HATCH_STEP_PX });
  const pen = tile.getContext("2d");
  pen.strokeStyle = "rgba(255, 255, 255, 0.85)";
  pen.lineWidth = 1.8;
  for (const shift of [-HATCH_STEP_PX, 0, HATCH_STEP_PX]) {
    pen.beginPath();
    pen.moveTo(shift - 1, HATCH_STEP_PX + 1);
    pen.lineTo(shift + HATCH_STEP_PX + 1, -1);
    pen.stroke();
  }
  return tile;
}
