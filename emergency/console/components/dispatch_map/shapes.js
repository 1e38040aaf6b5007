// Questions about the shape of a region, asked of its GeoJSON geometry.

/** Is a place inside a GeoJSON polygon? Even-odd over the rings, so holes count. */
export function inside({ lat, lng }, geometry) {
  return polygons(geometry).some((rings) => rings.reduce((odd, ring) => odd !== crosses(lng, lat, ring), false));
}

function polygons(geometry) {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
}

function crosses(x, y, ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

/** A [lat, lon] well inside the largest part: its centroid, else the middle of the widest run beside it. */
export function innerPoint(geometry) {
  const rings = polygons(geometry).map((rings) => rings[0]).sort((a, b) => weigh(b).area - weigh(a).area);
  const { x, y } = weigh(rings[0]);
  if (crosses(x, y, rings[0])) return [y, x];
  const cuts = [];
  for (let i = 0, j = rings[0].length - 1; i < rings[0].length; j = i++) {
    const [[ax, ay], [bx, by]] = [rings[0][i], rings[0][j]];
    if (ay > y !== by > y) cuts.push(((bx - ax) * (y - ay)) / (by - ay) + ax);
  }
  cuts.sort((a, b) => a - b);
  let widest = [x, x];
  for (let i = 0; i + 1 < cuts.length; i += 2) {
    if (cuts[i + 1] - cuts[i] > widest[1] - widest[0]) widest = [cuts[i], cuts[i + 1]];
  }
  return [y, (widest[0] + widest[1]) / 2];
}

function weigh(ring) {
  let [twice, x, y] = [0, 0, 0];
  const [ox, oy] = ring[0]; // near the ring, so that small rings far from 0° keep their digits
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay, bx, by] = [ring[j][0] - ox, ring[j][1] - oy, ring[i][0] - ox, ring[i][1] - oy];
    const cross = ax * by - bx * ay;
    twice += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  if (!twice) return { area: 0, x: ox, y: oy };
  return { area: Math.abs(twice) / 2, x: ox + x / (3 * twice), y: oy + y / (3 * twice) };
}
