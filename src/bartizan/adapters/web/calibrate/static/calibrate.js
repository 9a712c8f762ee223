// The calibration page: pairs set on picture and plan, what they make of the camera, and the saving of them.

import { byId, el, svg } from "./dom.js";
import { SHADES, errorShades, gridLines, planShapes, scaleBar } from "./ground.js";
import { History } from "./history.js";
import { View } from "./view.js";
import { learn, say } from "./words.js";

const WAIT = 90; // milliseconds of rest before pairs are tried
const DOUBT = 0.5; // weight below which a point is not believed
const SURE = 0.95;
const NUDGE = { px: 1, at: 0.1 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const csrf = document.querySelector("meta[name=csrf]").content;

async function ask(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

class Page {
  chosen = null;
  result = null;
  saved = false;
  #asked = 0;
  #timer = 0;

  constructor(given) {
    this.given = given;
    this.history = new History(given.pairs.map(([x, y, east, north]) => ({ px: [x, y], at: [east, north] })));
    const [width, height] = given.size;
    const acts = (half) => ({
      onSet: (place) => this.set(half, place),
      onMove: (n, place, run) => this.move(n, half, place, run),
      onChoose: (n) => this.choose(n),
    });
    this.picture = new View(byId("picture"), [0, 0, width, height], { label: say("picture.label"), ...acts("px") });
    if (given.picture) this.picture.still.append(svg("image", { href: "/picture.jpg", width, height }));
    else byId("picture").append(el("p", { class: "note" }, say("picture.none")));
    const [left, bottom, across, up] = given.site.bounds ?? [-25, -25, 50, 50];
    this.plan = new View(byId("plan"), [left, -(bottom + up), across, up], { label: say("plan.label"), down: -1, ...acts("at") });
    this.plan.onFrame = () => this.#ground();
    byId("lens").checked = given.lens;
    this.#listen();
    this.#ground();
    this.changed();
  }

  get pairs() {
    return this.history.pairs;
  }

  get whole() {
    return this.pairs.filter((pair) => pair.px && pair.at);
  }

  // Half a pair: it completes the one that waits for it, or begins another.
  set(half, place) {
    const waits = this.pairs.findIndex((pair) => !pair[half]);
    const at = place.map((value) => round(value, half));
    this.history.change((pairs) => (waits < 0 ? [...pairs, { px: null, at: null, [half]: at }] : pairs.map((pair, n) => (n === waits ? { ...pair, [half]: at } : pair))));
    this.chosen = waits < 0 ? this.pairs.length - 1 : waits;
    this.changed();
  }

  move(n, half, place, run) {
    if (!place.every(Number.isFinite)) return;
    this.history.change((pairs) => pairs.map((pair, i) => (i === n ? { ...pair, [half]: place.map((value) => round(value, half)) } : pair)), run);
    this.chosen = n;
    this.changed();
  }

  remove(n) {
    this.history.change((pairs) => pairs.filter((_, i) => i !== n));
    this.chosen = null;
    this.changed();
  }

  choose(n) {
    if (this.chosen === n) return;
    this.chosen = n;
    this.show();
  }

  // Something is other than it was: show it at once, and try it when it rests.
  changed() {
    this.saved = false;
    this.show();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(), WAIT);
  }

  async #try() {
    this.#asked += 1;
    const mine = this.#asked;
    const body = { pairs: this.whole.map((pair) => [...pair.px, ...pair.at]), lens: byId("lens").checked };
    if (body.pairs.length < 4) {
      this.result = null;
      this.show();
      return;
    }
    try {
      const told = await ask("/try", body);
      if (mine !== this.#asked) return;
      this.result = told;
    } catch (error) {
      if (mine === this.#asked) this.result = { problem: error instanceof TypeError ? say("verdict.lost") : error.message, fit: null, error: null, grid: null };
    }
    this.show();
  }

  // The fitted point of a pair: the answer is sorted, so it is found by its numbers.
  #fitted(pair) {
    if (!pair.px || !pair.at) return null;
    return this.result?.fit?.points.find(({ pixel, plan }) => near(pixel, pair.px) && near(plan, pair.at)) ?? null;
  }

  show() {
    const half = this.pairs.find((pair) => !pair.px || !pair.at);
    byId("picture").classList.toggle("wanted", Boolean(half && !half.px));
    byId("plan").classList.toggle("wanted", Boolean(half && !half.at));
    byId("picture-hint").textContent = half && !half.px ? say("picture.click") : "";
    byId("plan-hint").textContent = half && !half.at ? say("plan.click") : "";
    this.picture.over.replaceChildren(
      ...(byId("show-error").checked ? errorShades(this.result?.error, this.given.size) : []),
      ...(byId("show-grid").checked ? gridLines(this.result?.grid) : []),
    );
    this.picture.draw(this.#points("px"), this.#misses());
    this.plan.draw(this.#points("at"));
    this.#table();
    this.#verdict(half);
    byId("undo").disabled = !this.history.canUndo;
    byId("redo").disabled = !this.history.canRedo;
    byId("save").disabled = !this.result || Boolean(this.result.problem) || Boolean(half);
  }

  // From each point in the picture to where the model shows its place.
  #misses() {
    return this.pairs.flatMap((pair) => {
      const fitted = this.#fitted(pair);
      return fitted?.seen && fitted.miss !== null ? [[pair.px, fitted.seen]] : [];
    });
  }

  #points(key) {
    return this.pairs.flatMap((pair, n) => {
      if (!pair[key]) return [];
      const doubted = (this.#fitted(pair)?.weight ?? 1) < DOUBT;
      const classes = [n === this.chosen && "chosen", doubted && "doubted", (!pair.px || !pair.at) && "half"].filter(Boolean).join(" ");
      return [{ n, at: pair[key], classes, label: say(key === "px" ? "point.picture" : "point.plan", { n: n + 1 }) }];
    });
  }

  #table() {
    byId("empty").hidden = this.pairs.length > 0;
    const active = document.activeElement;
    const held = active?.dataset?.field;
    // what somebody is typing is not drawn over: the table waits until they are done
    this.late = Boolean(held) && active.value !== active.defaultValue;
    if (this.late) return;
    byId("pairs").replaceChildren(
      ...this.pairs.map((pair, n) => {
        const fitted = this.#fitted(pair);
        const doubted = (fitted?.weight ?? 1) < DOUBT;
        const miss = !fitted ? "" : fitted.miss === null ? say("pairs.unknown") : fitted.miss.toFixed(2);
        const believed = fitted?.weight == null ? "" : say(fitted.weight < DOUBT ? "pairs.no" : fitted.weight < SURE ? "pairs.partly" : "pairs.yes");
        return el(
          "tr",
          { class: [n === this.chosen && "chosen", doubted && "doubted"].filter(Boolean).join(" "), onclick: () => this.choose(n) },
          el("td", { class: "n" }, String(n + 1)),
          this.#field(pair, n, "px", 0, "pairs.px"),
          this.#field(pair, n, "px", 1, "pairs.py"),
          this.#field(pair, n, "at", 0, "pairs.x"),
          this.#field(pair, n, "at", 1, "pairs.y"),
          el("td", { class: "n miss" }, miss),
          el("td", { class: "n" }, fitted ? fitted.leverage.toFixed(2) : ""),
          el("td", { class: "believed" }, believed),
          el("td", {}, el("button", { type: "button", "aria-label": say("point.remove", { n: n + 1 }), onclick: () => this.remove(n) }, "×")),
        );
      }),
    );
    if (held) document.querySelector(`[data-field="${held}"]`)?.focus();
  }

  // A number that may be typed: survey points have coordinates.
  #field(pair, n, half, axis, what) {
    const shown = pair[half] ? pair[half][axis].toFixed(half === "px" ? 1 : 3) : "";
    const take = (event) => {
      const value = Number(event.target.value.replace(",", "."));
      if (event.target.value.trim() === "" || !Number.isFinite(value)) event.target.value = shown;
      const other = event.target.value !== shown;
      event.target.defaultValue = event.target.value;
      if (other) {
        const place = [...(pair[half] ?? [0, 0])];
        place[axis] = value;
        this.move(n, half, place, null);
      } else if (this.late) this.#table();
    };
    return el("td", { class: "n" }, el("input", { value: shown, inputmode: "decimal", "data-field": `${n}-${half}-${axis}`, "aria-label": say("point.field", { what: say(what), n: n + 1 }), onchange: take }));
  }

  #verdict(half) {
    const out = byId("verdict");
    const n = this.whole.length;
    const least = byId("lens").checked ? 6 : 4;
    const put = (kind, words) => {
      out.className = kind;
      out.textContent = words;
    };
    if (this.saved) return put("good", say("verdict.saved"));
    if (half) return put("warn", say("verdict.half"));
    if (n < least) return put("warn", say(n === 1 ? "verdict.few.one" : "verdict.few", { n, more: least - n }));
    if (!this.result) return undefined;
    if (this.result.problem) return put("bad", this.result.problem);
    const { fit, error } = this.result;
    if (fit.rms === null) return put("warn", say("verdict.unknown", { n }));
    const doubted = this.pairs.findIndex((pair) => (this.#fitted(pair)?.weight ?? 1) < DOUBT);
    if (doubted >= 0) return put("warn", say("verdict.doubted", { n: doubted + 1, miss: this.#fitted(this.pairs[doubted]).miss.toFixed(2) }));
    const best = Math.min(...error.metres.flat().filter((value) => value !== null));
    return put("good", say("verdict.known", { n, rms: fit.rms.toFixed(2), best: best.toFixed(2) }));
  }

  #ground() {
    if (!this.plan) return;
    const { unit, shown, holder } = this.plan;
    this.plan.still.replaceChildren(...planShapes(this.given.site, this.given.camera, this.plan.box, unit), ...scaleBar(shown, unit, [holder.clientWidth, holder.clientHeight]));
  }

  step(back) {
    if (back) this.history.undo();
    else this.history.redo();
    this.chosen = null;
    this.changed();
  }

  #listen() {
    byId("undo").addEventListener("click", () => this.step(true));
    byId("redo").addEventListener("click", () => this.step(false));
    byId("save").addEventListener("click", () => this.#review());
    byId("lens").addEventListener("change", () => this.changed());
    for (const id of ["show-error", "show-grid"]) byId(id).addEventListener("change", () => this.show());
    byId("review-cancel").addEventListener("click", () => byId("review").close());
    byId("review-write").addEventListener("click", () => this.#write());
    addEventListener("keydown", (event) => this.#key(event));
    byId("shades").append(
      ...[...SHADES, null].map((most, n) => el("li", {}, svg("svg", { viewBox: "0 0 18 12", "aria-hidden": "true" }, svg("rect", { class: `shade s${n}`, width: 18, height: 12 })), most === null ? say("key.more") : say("key.upto", { m: most }))),
    );
  }

  #key(event) {
    if (byId("review").open) return;
    const typed = event.target.tagName === "INPUT" && event.target.type !== "checkbox";
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (control && key === "z") this.#did(event, () => this.step(!event.shiftKey));
    else if (control && key === "y") this.#did(event, () => this.step(false));
    else if (typed || control) return;
    else if (event.key === "0") [this.picture, this.plan].forEach((view) => view.all());
    else if (event.key === "Escape") this.#letGo();
    else if (event.key === "Delete" && this.chosen !== null) this.#did(event, () => this.remove(this.chosen));
    else if (ARROWS[event.key]) this.#nudge(event);
  }

  #did(event, act) {
    event.preventDefault();
    act();
  }

  #letGo() {
    if (!this.pairs.some((pair) => !pair.px || !pair.at)) return;
    this.history.change((pairs) => pairs.filter((pair) => pair.px && pair.at));
    this.chosen = null;
    this.changed();
  }

  #nudge(event) {
    const mark = event.target.closest?.("[data-point]");
    if (!mark) return;
    const half = byId("picture").contains(mark) ? "px" : "at";
    const n = Number(mark.dataset.point);
    const by = NUDGE[half] * (event.shiftKey ? 10 : event.altKey ? 0.1 : 1);
    const [dx, dy] = ARROWS[event.key];
    const [x, y] = this.pairs[n][half];
    this.#did(event, () => this.move(n, half, [x + dx * by, y + dy * by * (half === "px" ? 1 : -1)], `nudge-${n}-${half}`));
  }

  async #review() {
    try {
      const told = await ask("/propose", { pairs: this.whole.map((pair) => [...pair.px, ...pair.at]), lens: byId("lens").checked });
      this.proposal = told.proposal;
      byId("review-write").disabled = told.lines.length === 0;
      const kinds = { "+": "added", "-": "gone" };
      byId("review-lines").replaceChildren(...(told.lines.length ? told.lines.slice(2) : [say("review.same")]).flatMap((line) => [el("span", { class: kinds[line[0]] ?? null }, line), "\n"]));
      byId("review").showModal();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #write() {
    byId("review").close();
    try {
      await ask("/write", { proposal: this.proposal });
      this.saved = true;
      this.show();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error) {
    byId("verdict").className = "bad";
    byId("verdict").textContent = error instanceof TypeError ? say("verdict.lost") : error.message;
  }
}

const near = (one, other) => Math.abs(one[0] - other[0]) < 1e-3 && Math.abs(one[1] - other[1]) < 1e-3;
const round = (value, half) => Number(value.toFixed(half === "px" ? 1 : 3));

await learn("/static/calibrate.json");
const answer = await fetch("/camera.json");
new Page(await answer.json());
