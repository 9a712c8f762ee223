// One view of the ground, picture or plan: points that can be set, chosen, dragged and nudged; a window that moves.

import { svg } from "./dom.js";

const SLIP = 4; // screen pixels that a click may move and is no drag
const NEAREST = 40; // times that a view can be brought nearer
const STEP = 1.25;

export class View {
  // `box` is [left, top, width, height] in the view's own units; `down` is -1 where y grows upwards.
  constructor(holder, box, { label, down = 1, onSet, onMove, onChoose }) {
    Object.assign(this, { holder, box, down, onSet, onMove, onChoose });
    this.still = svg("g");
    this.over = svg("g");
    this.marks = svg("g");
    this.svg = svg("svg", { role: "group", "aria-label": label, preserveAspectRatio: "xMidYMid meet" }, this.still, this.over, this.marks);
    holder.append(this.svg);
    this.shown = [...box];
    this.points = [];
    this.#listen();
    new ResizeObserver(() => this.#frame()).observe(holder);
  }

  // View units in one screen pixel.
  get unit() {
    const { clientWidth, clientHeight } = this.holder;
    return Math.max(this.shown[2] / (clientWidth || 1), this.shown[3] / (clientHeight || 1));
  }

  all() {
    this.shown = [...this.box];
    this.#frame();
  }

  // Points: [{n, at: [x, y], label, classes}], and lines from points to where the model puts them.
  draw(points, lines = []) {
    const held = document.activeElement?.dataset?.point;
    this.points = points;
    this.lines = lines;
    const r = 8 * this.unit;
    this.marks.replaceChildren(
      ...lines.map(([a, b]) => svg("line", { class: "miss-line", x1: a[0], y1: a[1] * this.down, x2: b[0], y2: b[1] * this.down })),
      ...points.map(({ n, at, label, classes }) => {
        const [x, y] = [at[0], at[1] * this.down];
        return svg(
          "g",
          { class: `point ${classes}`, tabindex: 0, role: "button", "aria-label": label, "data-point": n, transform: `translate(${x} ${y})` },
          svg("circle", { class: "ring", r }),
          svg("path", { d: `M${-r * 0.55} 0H${r * 0.55}M0 ${-r * 0.55}V${r * 0.55}` }),
          svg("text", { x: r * 1.35, y: r * 0.5, "font-size": 14 * this.unit, "stroke-width": 3 * this.unit }, String(n + 1)),
        );
      }),
    );
    if (held !== undefined) this.focus(Number(held));
  }

  focus(n) {
    this.marks.querySelector(`[data-point="${n}"]`)?.focus({ preventScroll: true });
  }

  #frame() {
    this.svg.setAttribute("viewBox", this.shown.join(" "));
    this.onFrame?.();
    this.draw(this.points, this.lines ?? []);
  }

  #place(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [at.x, at.y * this.down];
  }

  #listen() {
    let start = null;
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const mark = event.target.closest("[data-point]");
      start = { at: this.#place(event), screen: [event.clientX, event.clientY], n: mark ? Number(mark.dataset.point) : null, moved: false, shown: [...this.shown], run: `drag-${event.timeStamp}` };
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!start) return;
      if (Math.hypot(event.clientX - start.screen[0], event.clientY - start.screen[1]) > SLIP) start.moved = true;
      if (!start.moved) return;
      this.svg.classList.add("moving");
      if (start.n === null) {
        this.shown[0] = start.shown[0] - (event.clientX - start.screen[0]) * this.unit;
        this.shown[1] = start.shown[1] - (event.clientY - start.screen[1]) * this.unit;
        this.#frame();
      } else this.onMove(start.n, this.#place(event), start.run);
    });
    const end = (event) => {
      if (!start) return;
      this.svg.classList.remove("moving");
      const { n, moved, at } = start;
      start = null;
      if (event.type === "pointercancel") return;
      if (n !== null) {
        this.onChoose(n);
        this.focus(n);
      } else if (!moved) this.onSet(at);
    };
    this.svg.addEventListener("pointerup", end);
    this.svg.addEventListener("pointercancel", end);
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.#zoom(this.#place(event), event.deltaY > 0 ? STEP : 1 / STEP);
    }, { passive: false });
    this.svg.addEventListener("focusin", (event) => {
      const mark = event.target.closest("[data-point]");
      if (mark) this.onChoose(Number(mark.dataset.point));
    });
  }

  #zoom([x, y], times) {
    const width = Math.min(Math.max(this.shown[2] * times, this.box[2] / NEAREST), this.box[2] * 4);
    const share = width / this.shown[2];
    const down = y * this.down;
    this.shown = [x - (x - this.shown[0]) * share, down - (down - this.shown[1]) * share, width, this.shown[3] * share];
    this.#frame();
  }
}
