// What lies under the points: the plan's shapes, the error over the picture, the plan's grid in it.

import { svg } from "./dom.js";
import { middle } from "./shapes.js";

export const SHADES = [0.1, 0.2, 0.5, 1, 2, 5]; // metres up to which an error has each shade

const shade = (metres) => (SHADES.findIndex((most) => metres <= most) + SHADES.length + 1) % (SHADES.length + 1);

// Rectangles of one shade each, joined along the rows.
export function errorShades(error, size) {
  if (!error) return [];
  const { columns, rows, metres } = error;
  const [dx, dy] = [size[0] / (columns - 1), size[1] / (rows - 1)];
  const found = [];
  for (let row = 0; row + 1 < rows; row += 1) {
    let from = 0;
    let before = null;
    for (let column = 0; column < columns; column += 1) {
      const corners = column + 1 < columns ? [metres[row][column], metres[row][column + 1], metres[row + 1][column], metres[row + 1][column + 1]] : [null];
      const now = corners.includes(null) ? null : shade(Math.max(...corners));
      if (now === before) continue;
      if (before !== null) found.push(svg("rect", { class: `shade s${before}`, x: from * dx, y: row * dy, width: (column - from) * dx, height: dy }));
      [from, before] = [column, now];
    }
  }
  return found;
}

export const gridLines = (grid) => (grid ? grid.lines.map((line) => svg("polyline", { class: "ground-grid", points: line.map(([x, y]) => `${x},${y}`).join(" ") })) : []);

function shape(one, classes, title) {
  if (!one) return null;
  const words = title ? svg("title", {}, title) : null;
  if (one.type === "polygon") {
    const d = one.rings.map((ring) => `M${ring.map(([x, y]) => `${x} ${-y}`).join("L")}Z`).join("");
    return svg("path", { class: classes, d, "fill-rule": "evenodd" }, words);
  }
  if (one.type === "line") return svg("polyline", { class: `${classes} line`, points: one.points.map(([x, y]) => `${x},${-y}`).join(" ") }, words);
  return null;
}

// The plan at rest; `unit` is metres in one screen pixel.
export function planShapes(site, camera, box, unit) {
  const own = site.cameras.find((one) => one.id === camera);
  const names = site.zones.map((zone) => {
    const [x, y] = middle(zone.shape);
    return svg("text", { class: "plan-name", x, y: -y, "font-size": 12 * unit, "stroke-width": 3 * unit, "text-anchor": "middle" }, zone.name);
  });
  return [
    ...site.areas.map((area) => shape(area.shape, `area ${area.outside ? "outside" : "inside"}`, area.name)),
    ...site.drawings.map((one) => shape(one.shape, "drawing", one.kind)),
    ...metres(box, unit),
    ...site.zones.map((zone) => shape(zone.shape, "zone", zone.name)),
    ...site.elements.map((element) => shape(element.shape, "element", element.name)),
    own?.at ? svg("circle", { class: "camera-place", cx: own.at[0], cy: -own.at[1], r: 5 * unit }, svg("title", {}, own.name)) : null,
    ...names,
  ].filter(Boolean);
}

const round = (about) => [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].findLast((one) => one <= about) ?? 0.1;

function metres([left, top, width, height], unit) {
  const step = round(60 * unit);
  const lines = [];
  for (let x = Math.ceil(left / step) * step; x <= left + width; x += step) lines.push(svg("line", { class: "metres", x1: x, x2: x, y1: top, y2: top + height }));
  for (let y = Math.ceil(top / step) * step; y <= top + height; y += step) lines.push(svg("line", { class: "metres", x1: left, x2: left + width, y1: y, y2: y }));
  return lines;
}

export function scaleBar([left, top, width, height], unit, screen) {
  const length = round(100 * unit);
  // the window may be wider than the drawing: the bar stands in its lower left corner
  const x = left + width / 2 - (screen[0] * unit) / 2 + 12 * unit;
  const y = top + height / 2 + (screen[1] * unit) / 2 - 12 * unit;
  return [
    svg("path", { class: "scale-bar", d: `M${x} ${y - 5 * unit}V${y}H${x + length}V${y - 5 * unit}` }),
    svg("text", { class: "scale-words", x: x + length + 6 * unit, y, "font-size": 12 * unit, "stroke-width": 3 * unit }, `${length} m`),
  ];
}
