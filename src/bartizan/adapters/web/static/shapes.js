// Shapes of the plan as the desk sends them: polygon {rings}, line {points}, point {at}; metres.

const corners = (shape) => (shape.type === "polygon" ? shape.rings[0] : shape.type === "line" ? shape.points : [shape.at]);

export function extent(shape) {
  const xs = corners(shape).map(([x]) => x);
  const ys = corners(shape).map(([, y]) => y);
  return [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
}

// Where a name or a mark goes: the middle of a line's length, the centroid of a polygon.
export function middle(shape) {
  if (shape.type === "point") return shape.at;
  if (shape.type === "line") {
    const legs = shape.points.slice(1).map((b, i) => [shape.points[i], b, Math.hypot(b[0] - shape.points[i][0], b[1] - shape.points[i][1])]);
    let half = legs.reduce((sum, [, , length]) => sum + length, 0) / 2;
    for (const [a, b, length] of legs) {
      if (half <= length) return [a[0] + ((b[0] - a[0]) * half) / (length || 1), a[1] + ((b[1] - a[1]) * half) / (length || 1)];
      half -= length;
    }
    return shape.points[0];
  }
  const ring = shape.rings[0];
  let [twice, x, y] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
    twice += cross;
    x += (ring[i][0] + ring[i + 1][0]) * cross;
    y += (ring[i][1] + ring[i + 1][1]) * cross;
  }
  return twice ? [x / (3 * twice), y / (3 * twice)] : ring[0];
}

// Whether a place lies in a ring of corners: a ray from it crosses the ring an odd number of times.
export function inside([x, y], ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
