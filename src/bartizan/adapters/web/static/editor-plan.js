// The plan of the editor: things are chosen, dragged by a corner or whole, and drawn anew. Metres in, metres out.

import { svg } from "./dom.js";
import { Plan } from "./plan.js";
import { say } from "./words.js";

const STEP = 0.1; // metres by which an arrow key moves a corner
const SETTLE = 500; // milliseconds after the last arrow key until the move is one step
const GRID = 0.05; // metres to which a place is rounded

const rounded = (places) => places.map((place) => place.map((v) => Math.round(v / GRID) * GRID).map((v) => Number(v.toFixed(2))));
const points = (places) => places.map(([x, y]) => `${x},${-y}`).join(" ");

export class Drawing {
  #held = null; // {at, shape, corners} of the chosen thing
  #fresh = null; // {shape, corners} of what is being drawn
  #settle = null;

  constructor(places, { choose, draw, finish }) {
    Object.assign(this, { choose, draw, finish });
    this.plan = new Plan(places.site, places);
    if (!this.plan.svg) return; // nothing has a place yet
    this.all = { ...this.plan.frame };
    this.plan.svg.setAttribute("role", "group");
    this.plan.overlay((layer, px) => this.#over(layer, px));
    this.plan.svg.addEventListener("pointerdown", (event) => this.#press(event));
    this.plan.svg.addEventListener("dblclick", () => this.#end());
    this.plan.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, this.plan.groundAt(event));
    }, { passive: false });
    document.addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  show(site, chosen) {
    this.site = site;
    this.#held = this.#hold(chosen);
    if (!this.plan.svg) return;
    this.plan.redraw(site);
  }

  zoom(by, [x, y] = [this.plan.frame.left + this.plan.frame.width / 2, -this.plan.frame.top - this.plan.frame.height / 2]) {
    const { left, top, width, height } = this.plan.frame;
    const frame = { width: width * by, height: height * by, left: x - (x - left) * by, top: -y - (-y - top) * by };
    if (frame.width > 1 && frame.width < 4 * this.all.width) this.plan.look(frame);
  }

  whole() {
    this.plan.look({ ...this.all });
  }

  // Draw a new thing: "at" takes one press, the others end by Enter or a double press.
  begin(shape) {
    this.#fresh = { shape, corners: [] };
    this.#held = null;
    this.#again();
    this.plan.svg?.focus?.();
  }

  #things() {
    const { areas, zones, elements, targets, sensors, cameras } = this.site;
    const group = (kind, things) => things.filter(({ shape }) => shape).map(({ id, name, shape }) => ({ at: `${kind}/${id}`, name, shape }));
    return [
      ...group("area", areas),
      ...group("zone", zones),
      ...group("element", elements),
      ...group("sensor", sensors),
      ...group("target", targets),
      ...cameras.filter(({ at }) => at).map(({ id, name, at }) => ({ at: `camera/${id}`, name, shape: { type: "point", at } })),
    ];
  }

  #hold(chosen) {
    const found = this.#things().find(({ at }) => at === chosen);
    if (!found) return null;
    const { type, rings, points: line, at } = found.shape;
    const shape = { polygon: "polygon", line: "line", point: "at" }[type];
    // a ring comes closed, and is written open
    const corners = type === "polygon" ? rings[0].slice(0, -1) : type === "line" ? line : [at];
    return { at: found.at, shape, corners: corners.map((place) => [...place]) };
  }

  #again() {
    if (this.plan.pixel) this.#over(this.plan.over, (n) => this.plan.px(n));
  }

  #over(layer, px) {
    if (!this.site) return;
    const focus = document.activeElement?.dataset?.corner;
    const hits = this.#fresh ? [] : this.#things().map((thing) => this.#hit(thing, px));
    layer.replaceChildren(...hits, ...this.#shown(px));
    if (focus !== undefined) layer.querySelector(`[data-corner="${focus}"]`)?.focus();
  }

  #hit({ at, name, shape }, px) {
    const words = svg("title", {}, name);
    if (shape.type === "point") return svg("circle", { class: "hit point", "data-at": at, cx: shape.at[0], cy: -shape.at[1], r: px(10) }, words);
    if (shape.type === "line") return svg("polyline", { class: "hit line", "data-at": at, points: points(shape.points) }, words);
    return svg("polygon", { class: "hit polygon", "data-at": at, points: points(shape.rings[0]) }, words);
  }

  #shown(px) {
    const { shape, corners } = this.#fresh ?? this.#held ?? { corners: [] };
    if (corners.length === 0) return [];
    const closed = shape === "polygon" && corners.length > 2;
    const body = svg(closed ? "polygon" : "polyline", { class: `held ${closed ? "polygon" : "line"}`, "data-held": true, points: points(corners) });
    const between = this.#fresh || shape === "at" ? [] : corners.slice(0, closed ? undefined : -1).map((place, i) => {
      const next = corners[(i + 1) % corners.length];
      return svg("circle", { class: "between", "data-between": i, cx: (place[0] + next[0]) / 2, cy: -(place[1] + next[1]) / 2, r: px(4.5) }, svg("title", {}, say("editor.between", { n: i + 1 })));
    });
    const ends = corners.map(([x, y], i) => svg("circle", { class: "corner", "data-corner": i, tabindex: 0, role: "button", "aria-label": say("editor.corner", { n: i + 1, x, y }), cx: x, cy: -y, r: px(7) }));
    return [body, ...between, ...ends];
  }

  #press(event) {
    const place = this.plan.groundAt(event);
    if (this.#fresh) {
      event.preventDefault();
      this.#fresh.corners.push(...rounded([place]));
      if (this.#fresh.shape === "at") this.#end();
      else this.#again();
      return;
    }
    const { corner, between, held, at } = event.target.dataset;
    if (corner !== undefined) this.#drag(event, (x, y, from) => this.#put(Number(corner), [from[corner][0] + x, from[corner][1] + y]));
    else if (between !== undefined) {
      const i = Number(between) + 1;
      this.#held.corners.splice(i, 0, place);
      this.#drag(event, (x, y, from) => this.#put(i, [from[i][0] + x, from[i][1] + y]), true);
    } else if (held !== undefined) this.#drag(event, (x, y, from) => from.forEach((spot, i) => this.#put(i, [spot[0] + x, spot[1] + y])));
    else if (at) this.choose(at);
    else this.#pan(event);
  }

  #put(i, place) {
    [this.#held.corners[i]] = rounded([place]);
  }

  // Follow the pointer until it is let go, then tell of the move as one step.
  #drag(event, to, always = false) {
    event.preventDefault();
    const [x, y] = this.plan.groundAt(event);
    const from = this.#held.corners.map((place) => [...place]);
    let moved = always;
    this.#follow((now) => {
      const [nx, ny] = this.plan.groundAt(now);
      moved = moved || Math.hypot(nx - x, ny - y) > this.plan.px(3);
      if (!moved) return;
      to(nx - x, ny - y, from);
      this.#again();
    }, () => moved && this.#tell());
  }

  #pan(event) {
    const { left, top } = this.plan.frame;
    const start = [event.clientX, event.clientY];
    const matrix = this.plan.svg.getScreenCTM();
    this.#follow((now) => {
      this.plan.look({ ...this.plan.frame, left: left - (now.clientX - start[0]) / matrix.a, top: top - (now.clientY - start[1]) / matrix.d });
    });
  }

  #follow(move, end = () => {}) {
    const stop = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", stop);
      removeEventListener("pointercancel", stop);
      end();
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", stop);
    addEventListener("pointercancel", stop);
  }

  #tell() {
    const { at, shape, corners } = this.#held;
    this.draw(at, shape, rounded(corners));
  }

  #key(event) {
    if (this.#fresh) {
      const stop = { Enter: () => this.#end(), Escape: () => this.#leave(), Backspace: () => this.#fresh.corners.pop() }[event.key];
      if (!stop) return;
      event.preventDefault();
      event.stopPropagation();
      stop();
      this.#again();
      return;
    }
    const corner = event.target.dataset?.corner;
    if (corner === undefined || !this.#held) return;
    const by = event.shiftKey ? 1 : STEP;
    const way = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] }[event.key];
    const i = Number(corner);
    if (way) this.#put(i, [this.#held.corners[i][0] + way[0], this.#held.corners[i][1] + way[1]]);
    else if (event.key === "Delete" && this.#held.shape !== "at") this.#held.corners.splice(i, 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#again();
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#held && this.#tell(), SETTLE);
  }

  #end() {
    const fresh = this.#fresh;
    if (!fresh) return;
    // a double press puts its last corner twice
    const corners = fresh.corners.filter((place, i, all) => i === 0 || Math.hypot(place[0] - all[i - 1][0], place[1] - all[i - 1][1]) > GRID);
    this.#fresh = null;
    this.finish(fresh.shape, corners.length > 0 ? corners : null);
    this.#again();
  }

  #leave() {
    this.#fresh = null;
    this.finish(null, null);
  }
}
