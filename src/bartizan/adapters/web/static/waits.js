// What of the desk goes on with the site as it was, until the desk is started again.

import { byId } from "./dom.js";
import { say } from "./words.js";

export function showWaits(parts) {
  const line = byId("waits");
  line.hidden = parts.length === 0;
  line.textContent = line.hidden ? "" : say("site.waits", { parts: parts.map((part) => say(`site.waits.${part}`)).join("; ") });
}
