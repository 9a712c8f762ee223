// The plan: what stands there, who moves on it, and where the alarms are. Metres in, y up; SVG has y down.

import { byId, el, svg } from "./dom.js";
import { extent, middle } from "./shapes.js";
import { say, shortTrack } from "./words.js";

const STALE = 4; // seconds without word of who moves before the plan says so itself
const LABEL_ROOM = 60; // pixels of length or width below which a thing is not labelled unless it has an alarm

export class Plan {
  constructor(site, places) {
    this.site = site;
    this.places = places;
    this.ground = byId("plan");
    this.tracks = [];
    this.rehearsed = []; // who walks in an exercise
    this.alarms = [];
    this.chosen = null;
    if (!site.bounds) {
      this.ground.append(el("p", { class: "quiet" }, say("plan.none")));
      return;
    }
    const [left, bottom, width, height] = site.bounds;
    this.frame = { left, top: -(bottom + height), width, height };
    this.still = svg("g");
    this.marks = svg("g");
    this.people = svg("g");
    this.over = svg("g"); // what a page draws upon the plan
    this.svg = svg(
      "svg",
      {
        viewBox: [left, -(bottom + height), width, height].join(" "),
        role: "img",
        "aria-label": say("plan.label", { site: site.name }),
        preserveAspectRatio: "xMidYMid meet",
      },
      this.still,
      this.marks,
      this.people,
      this.over,
    );
    this.ground.append(this.svg);
    new ResizeObserver(() => this.#resize()).observe(this.ground);
  }

  #resize() {
    const { clientWidth, clientHeight } = this.ground;
    if (!clientWidth || !clientHeight) return;
    this.pixel = Math.max(this.frame.width / clientWidth, this.frame.height / clientHeight);
    this.#drawStill();
    this.showAlarms(this.alarms, this.chosen);
    this.showTracks(this.tracks);
    this.drawOver?.(this.over, (n) => this.px(n));
  }

  // Another drawing of the same ground, seen as before.
  redraw(site) {
    this.site = site;
    if (this.pixel) this.#resize();
  }

  // See this part of the ground: {left, top, width, height} in metres, y down.
  look(frame) {
    this.frame = frame;
    this.svg.setAttribute("viewBox", [frame.left, frame.top, frame.width, frame.height].join(" "));
    this.#resize();
  }

  // Where on the ground [x, y] something on the screen is.
  groundAt(event) {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [x, -y];
  }

  // Draw upon the plan, again whenever its size changes: `draw(group, px)`, where px(n) is n pixels in metres.
  overlay(draw) {
    this.drawOver = draw;
    if (this.pixel) draw(this.over, (n) => this.px(n));
  }

  px(n) {
    return n * this.pixel;
  }

  #drawStill() {
    const { site } = this;
    const layers = [
      ...site.areas.map((area) => this.#shape(area.shape, `area ${area.outside ? "outside" : "inside"}`, area.name)),
      ...site.drawings.map((one) => this.#shape(one.shape, `drawing ${one.kind}`)),
      ...site.cameras.filter((camera) => camera.view).map((camera) => svg("polygon", { class: "view", points: points(camera.view) })),
      ...site.zones.map((zone) => this.#shape(zone.shape, "zone", zone.name)),
      ...site.elements.map((element) => this.#shape(element.shape, `element ${element.kind}`, element.name)),
      ...site.targets.map((target) => this.#target(target)),
      ...site.sensors.map((sensor) => this.#point(sensor.shape, "sensor", 2.5, sensor.name)),
      ...site.cameras.filter((camera) => camera.at).map((camera) => this.#camera(camera)),
    ];
    const labels = [
      ...site.areas.map((area) => this.#label(area.shape, "area-name", area.name, LABEL_ROOM)),
      ...site.elements.filter((e) => e.kind !== "wall" && e.kind !== "fence").map((e) => this.#label(e.shape, "element-name", e.name, 0)),
      ...site.targets.map((target) => this.#label(target.shape, "target-name", target.name, 0)),
    ];
    this.still.replaceChildren(...layers.filter(Boolean), ...apart(labels.filter(Boolean)), this.#scale());
  }

  #shape(shape, classes, title) {
    if (!shape) return null;
    const words = title ? [svg("title", {}, title)] : [];
    if (shape.type === "polygon") {
      const d = shape.rings.map((ring) => `M${ring.map(([x, y]) => `${x} ${-y}`).join("L")}Z`).join("");
      return svg("path", { class: classes, d, "fill-rule": "evenodd" }, ...words);
    }
    if (shape.type === "line") return svg("polyline", { class: classes, points: points(shape.points) }, ...words);
    return this.#point(shape, classes, 4, title);
  }

  #point(shape, classes, radius, title) {
    if (!shape) return null;
    const [x, y] = middle(shape);
    return svg("circle", { class: classes, cx: x, cy: -y, r: this.px(radius) }, title ? svg("title", {}, title) : null);
  }

  #target(target) {
    if (!target.shape) return null;
    const [x, y] = middle(target.shape);
    const r = this.px(6);
    return svg(
      "g",
      { class: "target" },
      svg("circle", { cx: x, cy: -y, r }),
      svg("circle", { class: "bull", cx: x, cy: -y, r: r * 0.35 }),
      svg("title", {}, target.name),
    );
  }

  #camera(camera) {
    const [x, y] = camera.at;
    const r = this.px(5);
    return svg(
      "g",
      { class: "camera", "data-camera": camera.id },
      svg("rect", { x: x - r, y: -y - r * 0.75, width: r * 2, height: r * 1.5, rx: r * 0.3 }),
      svg("circle", { cx: x, cy: -y, r: r * 0.42 }),
      svg("title", {}, camera.name),
    );
  }

  #label(shape, classes, words, room) {
    if (!shape) return null;
    const [x, y] = middle(shape);
    const [width, height] = extent(shape);
    if (Math.max(width, height) / this.pixel < room) return null;
    const size = this.px(classes === "area-name" ? 12 : 11);
    const label = svg("text", { class: classes, x, y: -y, "font-size": size, "text-anchor": "middle" }, words);
    const lift = shape.type === "polygon" && classes === "area-name" ? 0 : this.px(10);
    label.setAttribute("y", -y - lift);
    const half = (words.length * size * 0.56) / 2;
    // a name at the edge of the plan is moved in, not cut
    const inside = Math.min(Math.max(x, this.frame.left + half), this.frame.left + this.frame.width - half);
    label.setAttribute("x", inside);
    return { node: label, box: [inside - half, -y - lift - size, inside + half, -y - lift + size * 0.3] };
  }

  #scale() {
    const target = this.px(90);
    const length = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].findLast((one) => one <= target) ?? 1;
    const x = this.frame.left + this.px(10);
    const y = this.frame.top + this.frame.height - this.px(8);
    const tick = this.px(4);
    return svg(
      "g",
      { class: "scale" },
      svg("path", { d: `M${x} ${y - tick}V${y}H${x + length}V${y - tick}` }),
      svg("text", { x: x + length + this.px(6), y, "font-size": this.px(11) }, `${length} m`),
    );
  }

  // Word of who moves has come.
  news(tracks) {
    this.heardAt = performance.now();
    this.showTracks(tracks);
    this.age();
  }

  // Who walks in an exercise, beside who is really there.
  rehearse(tracks) {
    this.rehearsed = tracks;
    this.showTracks(this.tracks);
  }

  // Old places are shown as old.
  age() {
    const seconds = (performance.now() - (this.heardAt ?? 0)) / 1000;
    const stale = this.tracks.length > 0 && seconds > STALE;
    this.people?.classList.toggle("stale", stale);
    const moving = this.tracks.length === 1 ? say("plan.moving.one") : say("plan.moving", { n: this.tracks.length });
    byId("moving").textContent = stale ? say("plan.stale", { seconds: Math.round(seconds) }) : moving;
  }

  showTracks(tracks) {
    this.tracks = tracks;
    if (!this.pixel) return;
    const watched = new Set(this.alarms.filter((a) => a.handling !== "closed").flatMap((alarm) => alarm.signal.tracks));
    this.people.replaceChildren(
      ...[...tracks, ...this.rehearsed].map(({ track, x, y, trail }, i) =>
        svg(
          "g",
          { class: ["person", watched.has(track) && "watched", i >= tracks.length && "rehearsed"].filter(Boolean).join(" ") },
          trail.length > 1 ? svg("polyline", { class: "trail", points: points([...trail, [x, y]]) }) : null,
          svg("circle", { cx: x, cy: -y, r: this.px(watched.has(track) ? 6 : 4.5) }),
          svg("text", { x: x + this.px(8), y: -y + this.px(4), "font-size": this.px(12) }, shortTrack(track)),
          svg("title", {}, i >= tracks.length ? `${say("exercise.banner")}: ${track}` : track),
        ),
      ),
    );
  }

  showAlarms(alarms, chosen) {
    this.alarms = alarms;
    this.chosen = chosen;
    if (!this.pixel) return;
    const shown = alarms.filter((alarm) => alarm.handling !== "closed" || alarm.id === chosen);
    // the chosen one last, so that it lies on top
    shown.sort((a, b) => (a.id === chosen) - (b.id === chosen));
    this.marks.replaceChildren(...shown.flatMap((alarm) => this.#alarm(alarm, alarm.id === chosen)));
    this.showTracks(this.tracks);
  }

  #alarm(alarm, chosen) {
    const place = this.places.thing(alarm);
    const state = [alarm.priority, chosen && "chosen", alarm.handling === "raised" && "new"].filter(Boolean).join(" ");
    const marks = [];
    if (place?.shape) marks.push(this.#shape(place.shape, `alarmed ${place.shape.type} ${state}`));
    const spot = this.places.spot(alarm);
    if (spot) {
      const [x, y] = spot;
      marks.push(svg("circle", { class: `ring ${state}`, cx: x, cy: -y, r: this.px(chosen ? 15 : 10) }));
    }
    return marks;
  }
}

// Labels that would lie on one another: the first stays.
function apart(labels) {
  const kept = [];
  for (const label of labels) {
    const [l, t, r, b] = label.box;
    if (kept.every(({ box }) => r < box[0] || box[2] < l || b < box[1] || box[3] < t)) kept.push(label);
  }
  return kept.map((label) => label.node);
}

const points = (places) => places.map(([x, y]) => `${x},${-y}`).join(" ");
