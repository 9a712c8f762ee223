// The camera wall: one large picture and the others small, each with its zones and the boxes of who is seen.

import { byId, el } from "./dom.js";
import { shell } from "./shell.js";
import { say, shortTrack } from "./words.js";

const STALE = 4; // seconds without a new picture before the picture says so itself
const AT_ONCE = 3; // pictures asked for at the same time: browsers allow six requests to one host, events need one
const SMALL_EVERY = 400; // milliseconds between two pictures of a small tile

const REHEARSED = "exercise/"; // before the id of a camera: its tile in an exercise

export class Wall {
  #wanted = new Set();
  #asking = new Set();

  // `onShow(id)`: what a press on a camera does, where it is not to show it large.
  constructor(site, places, { onShow = (id) => this.showLarge(id) } = {}) {
    this.places = places;
    this.onShow = onShow;
    // where all are of one size they keep their places
    this.grid = byId("wall").classList.contains("grid");
    this.wall = byId("wall");
    this.watched = new Set();
    this.tiles = new Map(site.cameras.map((camera) => [camera.id, this.#tile(camera)]));
    this.large = null;
    if (this.tiles.size === 0) this.wall.append(el("p", { class: "quiet" }, say("wall.none")));
    else this.showLarge(site.cameras[0].id);
    setInterval(() => this.#age(), 1000);
    shell.on("exercise-picture", ({ camera }) => this.#rehearse(camera));
    shell.on("exercise-scene", ({ exercise }) => exercise || this.#over());
    document.addEventListener("visibilitychange", () => this.#next());
  }

  // What a camera shows of an exercise has a tile of its own, marked; what is real keeps its place.
  #rehearse(id) {
    const own = `${REHEARSED}${id}`;
    const real = this.tiles.get(id);
    if (!real) return;
    if (!this.tiles.has(own)) this.tiles.set(own, this.#tile({ ...real.camera, id: own }, id));
    this.news({ camera: own });
  }

  #over() {
    for (const [id, tile] of this.tiles) {
      if (!tile.rehearsed) continue;
      if (this.large === id) this.showLarge(tile.rehearsed);
      tile.node.remove();
      this.tiles.delete(id);
      this.#wanted.delete(id);
    }
  }

  #tile(camera, rehearsed = null) {
    const canvas = el("canvas", { role: "img", "aria-label": say("wall.label", { camera: camera.name }) });
    const age = el("span", { class: "age" }, say("wall.waiting"));
    const number = rehearsed ? Infinity : this.wall.querySelectorAll(".tile").length + 1;
    const tile = {
      camera,
      canvas,
      age,
      picture: null,
      boxes: [],
      cameAt: 0,
      known: false,
      rehearsed,
      node: el(
        "button",
        { type: "button", class: rehearsed ? "tile rehearsed" : "tile", onclick: () => this.onShow(camera.id) },
        canvas,
        el("span", { class: "name" }, number <= 9 ? el("kbd", {}, String(number)) : null, camera.name, camera.zones.length || camera.view ? null : el("i", {}, say("wall.uncalibrated"))),
        rehearsed ? el("span", { class: "tag" }, say("exercise.banner")) : null,
        age,
      ),
    };
    this.wall.append(tile.node);
    new ResizeObserver(() => this.#draw(tile)).observe(canvas);
    return tile;
  }

  showLarge(id) {
    if (!this.tiles.has(id) || id === this.large) return;
    this.large = id;
    for (const [other, tile] of this.tiles) tile.node.classList.toggle("large", other === id);
    // the large one stands first
    if (!this.grid) this.wall.prepend(this.tiles.get(id).node);
    this.#want(id);
  }

  // Cameras and tracks of the chosen alarm stand out.
  mark(cameras, tracks) {
    this.watched = new Set(tracks);
    for (const [id, tile] of this.tiles) {
      tile.node.classList.toggle("concerned", cameras.includes(id));
      this.#draw(tile);
    }
  }

  news({ camera }) {
    if (this.tiles.has(camera)) this.tiles.get(camera).known = true;
    this.#want(camera);
  }

  #want(id) {
    if (!this.tiles.get(id)?.known) return; // it has not sent a picture yet
    this.#wanted.add(id);
    this.#next();
  }

  #next() {
    if (document.hidden) return;
    const order = [...this.#wanted].sort((a, b) => (b === this.large) - (a === this.large));
    for (const id of order) {
      if (this.#asking.size >= AT_ONCE) return;
      const tile = this.tiles.get(id);
      const wait = id === this.large ? 0 : SMALL_EVERY - (performance.now() - tile.cameAt);
      if (this.#asking.has(id)) continue;
      if (wait > 0) {
        tile.timer ??= setTimeout(() => {
          tile.timer = null;
          this.#next();
        }, wait);
        continue;
      }
      this.#wanted.delete(id);
      this.#fetch(id, tile);
    }
  }

  async #fetch(id, tile) {
    this.#asking.add(id);
    try {
      const answer = await fetch(`/cameras/${encodeURIComponent(tile.rehearsed ?? id)}/picture${tile.rehearsed ? "?exercise=true" : ""}`);
      if (answer.status === 200 && this.tiles.has(id)) {
        const boxes = JSON.parse(answer.headers.get("bartizan-boxes") ?? "[]");
        const picture = await createImageBitmap(await answer.blob());
        tile.picture?.close();
        Object.assign(tile, { picture, boxes, cameAt: performance.now() });
        this.#draw(tile);
        this.#age();
      }
    } catch {
      // the desk is gone or the picture is broken: the tile says how old it is
    } finally {
      this.#asking.delete(id);
      this.#next();
    }
  }

  #age() {
    for (const tile of this.tiles.values()) {
      const seconds = (performance.now() - tile.cameAt) / 1000;
      const stale = tile.picture !== null && seconds > STALE;
      tile.node.classList.toggle("stale", stale);
      tile.age.textContent = tile.picture === null ? say("wall.waiting") : stale ? say("wall.stale", { seconds: Math.round(seconds) }) : "";
    }
  }

  #draw(tile) {
    const { canvas, camera, picture } = tile;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return;
    const dense = Math.min(devicePixelRatio || 1, 2);
    canvas.width = width * dense;
    canvas.height = height * dense;
    const pen = canvas.getContext("2d");
    const [w, h] = picture ? [picture.width, picture.height] : (camera.size ?? [4, 3]);
    const scale = Math.min(canvas.width / w, canvas.height / h);
    pen.translate((canvas.width - w * scale) / 2, (canvas.height - h * scale) / 2);
    if (picture) pen.drawImage(picture, 0, 0, w * scale, h * scale);
    // zones are known in pixels of the camera's own size; a stream may come smaller
    const fit = camera.size ? (w / camera.size[0]) * scale : scale;
    pen.save();
    pen.beginPath();
    pen.rect(0, 0, w * scale, h * scale);
    pen.clip();
    this.#zones(pen, camera, fit, dense);
    this.#boxes(pen, tile, fit, dense);
    pen.restore();
  }

  #zones(pen, camera, fit, dense) {
    pen.lineWidth = 1.5 * dense;
    pen.setLineDash([6 * dense, 4 * dense]);
    pen.strokeStyle = "rgba(154, 209, 255, 0.85)";
    for (const { pieces } of camera.zones) {
      for (const piece of pieces) {
        pen.beginPath();
        piece.forEach(([x, y], i) => (i ? pen.lineTo(x * fit, y * fit) : pen.moveTo(x * fit, y * fit)));
        pen.stroke();
      }
    }
    pen.setLineDash([]);
  }

  #boxes(pen, tile, fit, dense) {
    const large = this.grid || tile.node.classList.contains("large");
    const text = 12 * dense;
    pen.font = `600 ${text}px ${getComputedStyle(document.body).fontFamily}`;
    for (const [track, left, top, width, height] of tile.boxes) {
      const colour = this.watched.has(track) ? "#ffbe45" : "#eaf0f6";
      pen.lineWidth = (this.watched.has(track) ? 3 : 2) * dense;
      pen.strokeStyle = "rgba(0, 0, 0, 0.55)";
      pen.strokeRect(left * fit - dense, top * fit - dense, width * fit + 2 * dense, height * fit + 2 * dense);
      pen.strokeStyle = colour;
      pen.strokeRect(left * fit, top * fit, width * fit, height * fit);
      if (!track || !large) continue;
      const words = shortTrack(track);
      const room = pen.measureText(words).width + 8 * dense;
      const y = Math.max(0, top * fit - text - 8 * dense);
      pen.fillStyle = "rgba(11, 15, 20, 0.8)";
      pen.fillRect(left * fit - dense, y, room, text + 5 * dense);
      pen.fillStyle = colour;
      pen.fillText(words, left * fit + 3 * dense, y + text);
    }
  }
}
