// A value with its interval as a small drawing; rows of one table share one scale.

import { svg } from "./dom.js";

const WIDTH = 260;
const HEIGHT = 22;
const PAD = 6;

// The greatest finite end of the rows, so that they can share a scale.
export function most(rows, limit = 0) {
  const ends = rows.flatMap((row) => [row?.value, row?.high]).filter((end) => Number.isFinite(end));
  return Math.max(limit, ...ends, 0) || 1;
}

// `found` has value, low, high; null where it is not known or has no end. `words` say the same for who cannot see it.
export function interval(found, scale, words, limit = null) {
  const x = (value) => PAD + ((WIDTH - 2 * PAD) * Math.min(value, scale)) / scale;
  const y = HEIGHT / 2;
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
    svg("line", { class: "axis", x1: PAD, x2: WIDTH - PAD, y1: y, y2: y }),
    limit !== null && svg("line", { class: "limit", x1: x(limit), x2: x(limit), y1: 2, y2: HEIGHT - 2 }),
    found.value !== null && svg("line", { class: "whisker", x1: x(found.low ?? 0), x2: found.high === null ? WIDTH - PAD : x(found.high), y1: y, y2: y }),
    found.value !== null && svg("circle", { class: "dot", cx: x(found.value), cy: y, r: 4.5 }),
  );
}
