// Names of the site's things, and what an alarm is called and where it is.

import { inside, middle } from "./shapes.js";
import { name, say } from "./words.js";

export class Places {
  constructor(site) {
    this.site = site;
    const index = (things) => new Map(things.map((thing) => [thing.id, thing]));
    this.areas = index(site.areas);
    this.elements = index(site.elements);
    this.zones = index(site.zones);
    this.cameras = index(site.cameras);
    this.responses = index(site.responses);
    this.targets = index(site.targets);
    this.sensors = index(site.sensors);
  }

  what(alarm) {
    return name("kind", alarm.signal.kind);
  }

  where(alarm) {
    const { zone, area, element, cameras } = alarm.signal;
    if (!zone && !area && !element && cameras.length > 0) return cameras.map((id) => this.camera(id)).join(", ");
    const names = [this.elements.get(element)?.name ?? element, this.zones.get(zone)?.name ?? zone, this.areas.get(area)?.name ?? area];
    const [place, within] = names.filter((one) => one);
    if (!place) return say("place.unknown");
    return within && !place.toLowerCase().includes(within.toLowerCase()) ? say("place.in", { place, within }) : place;
  }

  // The thing of the site that an alarm speaks of.
  thing(alarm) {
    const { element, zone, area } = alarm.signal;
    return this.elements.get(element) ?? this.zones.get(zone) ?? this.areas.get(area);
  }

  // Where on the plan, as far as it is known.
  spot(alarm) {
    const shape = this.thing(alarm)?.shape;
    return alarm.signal.at ?? (shape ? middle(shape) : null);
  }

  // The cameras that saw it; where none did, those that see its place, the nearest first.
  watching(alarm) {
    if (alarm.signal.cameras.length > 0) return alarm.signal.cameras;
    const spot = this.spot(alarm);
    if (!spot) return [];
    const far = ({ at }) => (at ? Math.hypot(at[0] - spot[0], at[1] - spot[1]) : Infinity);
    const seeing = [...this.cameras.values()].filter((camera) => camera.view && inside(spot, camera.view));
    return seeing.sort((a, b) => far(a) - far(b)).map((camera) => camera.id);
  }

  response(id) {
    return this.responses.get(id)?.name ?? id;
  }

  camera(id) {
    return this.cameras.get(id)?.name ?? id;
  }

  // A layer of the clock in words: an element and its way, an area crossed, or the target and what is done there.
  layer({ kind, id, way }) {
    if (kind === "area") return [say("clock.layer.crossing", { place: this.areas.get(id)?.name ?? id }), ""];
    if (kind === "target") {
      return [this.targets.get(id)?.name ?? id, way ? (this.targets.get(id)?.ways?.[way] ?? name("way", way)) : ""];
    }
    const element = this.elements.get(id);
    return [element?.name ?? id, way ? (element?.ways[way] ?? way) : ""];
  }
}
