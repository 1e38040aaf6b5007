function replay(map) {
  const told = JSON.parse(document.getElementById("replay").textContent);
  const at = (id) => document.getElementById(id);
  const most = Math.max(1, ...told.frames.flatMap((frame) => Object.values(frame.claims)));
  const tip = (place, frame) => {
    const line = document.createElement("span");
    line.textContent = told.words.tip
      .replace("{region}", () => told.places[place][0])
      .replace("{claims}", () => frame.claims[place] || 0)
      .replace("{people}", () => frame.people[place] || 0);
    return line;
  };
  const layer = L.layerGroup().addTo(map);
  map.attributionControl.setPrefix(false);

  function draw(place, frame) {
    const [, lat, lon] = told.places[place];
    const claims = frame.claims[place] || 0, people = frame.people[place] || 0;
    if (claims) {
      // Area, not radius, tells how many: a claim more is as much ink wherever it is.
      const radius = 4 + 30 * Math.sqrt(claims / most);
      const style = { radius, color: "#8c2d19", weight: 1, fillColor: "#d9643f", fillOpacity: 0.55 };
      L.circleMarker([lat, lon], style).bindTooltip(tip(place, frame)).addTo(layer);
    }
    if (people) {
      const text = String(people), wide = 10 + 7 * text.length;
      const icon = L.divIcon({ className: "people", html: text, iconSize: [wide, 16], iconAnchor: [wide / 2, -5] });
      L.marker([lat, lon], { icon, keyboard: false }).bindTooltip(tip(place, frame)).addTo(layer);
    }
  }

  function sum(counts) {
    return Object.values(counts).reduce((a, b) => a + b, 0).toLocaleString();
  }

  function show(number) {
    const frame = told.frames[number];
    layer.clearLayers();
    told.places.forEach((_, place) => draw(place, frame));
    at("label").textContent = frame.label;
    at("claims").textContent = sum(frame.claims);
    at("people").textContent = sum(frame.people);
    const list = at("happened");
    list.replaceChildren();
    for (let past = number; past >= 0; past -= 1) {
      [...told.frames[past].happened].reverse().forEach((text) => {
        const line = document.createElement("li");
        line.textContent = text;
        line.className = past === number ? "new" : "";
        list.append(line);
      });
    }
  }

  let timer = null;
  function stop() {
    clearInterval(timer);
    timer = null;
    at("play").textContent = told.words.play;
  }
  function step() {
    const next = Number(at("time").value) + 1;
    if (next >= told.frames.length) { stop(); return; }
    at("time").value = next;
    show(next);
  }
  at("time").addEventListener("input", () => { stop(); show(Number(at("time").value)); });
  at("play").addEventListener("click", () => {
    if (timer) { stop(); return; }
    if (Number(at("time").value) >= told.frames.length - 1) { at("time").value = 0; show(0); }
    timer = setInterval(step, 500);
    at("play").textContent = told.words.stop;
  });
  map.invalidateSize();
  map.fitBounds(told.bounds);
  show(0);
}
