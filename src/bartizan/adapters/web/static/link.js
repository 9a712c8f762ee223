// The line to the desk: server-sent events, and the truth about whether they still come.

const SILENCE = 4000; // milliseconds without a heartbeat (one a second) after which the page is not live
const RETRY = 2000;

export class Link {
  #source = null;
  #heard = performance.now();
  #lost = false;
  #over = false;
  #opened = 0;

  // `always`: this page listens even where nobody sees it, as the duty desk does. Browsers allow six lines to one host
  // over HTTP/1.1, so every other page lets go of its own while it is hidden.
  constructor(url, { topics, always, onEvent, onLive, onLost, onEnded }) {
    Object.assign(this, { url, topics, always, onEvent, onLive, onLost, onEnded });
    this.#open();
    document.addEventListener("visibilitychange", () => this.#turn());
    setInterval(() => this.#look(), 500);
    addEventListener("offline", () => this.#resting || this.#lose());
    addEventListener("online", () => this.#open());
  }

  #open() {
    if (this.#over || this.#resting) return;
    this.#source?.close();
    this.#opened = performance.now();
    const source = new EventSource(this.url);
    this.#source = source;
    for (const topic of this.topics) {
      source.addEventListener(topic, (event) => {
        if (source !== this.#source) return;
        this.#heard = performance.now();
        if (this.#lost || topic === "hello") {
          this.#lost = false;
          this.onLive();
        }
        this.onEvent(topic, JSON.parse(event.data));
      });
    }
    source.addEventListener("ended", () => this.#end());
    source.addEventListener("error", () => {
      if (source !== this.#source) return;
      this.#lose();
      if (source.readyState === EventSource.CLOSED) this.#ask();
    });
  }

  get #resting() {
    return document.hidden && !this.always;
  }

  #turn() {
    if (this.#over) return;
    if (this.#resting) {
      this.#source?.close();
      this.#source = null;
      return;
    }
    this.#heard = performance.now();
    if (this.#source === null) this.#open();
  }

  // A closed line is either a desk that is gone or a session that has ended; only an answer tells.
  async #ask() {
    try {
      const answer = await fetch("/session", { redirect: "manual" });
      if (answer.status === 401) this.#end();
    } catch {
      // the desk is gone: #look tries again
    }
  }

  #end() {
    this.#over = true;
    this.#source?.close();
    this.#lost = true;
    this.onEnded();
  }

  #lose() {
    if (this.#over) return;
    this.#lost = true;
    this.onLost((performance.now() - this.#heard) / 1000);
  }

  #look() {
    if (this.#over || this.#resting) return;
    const now = performance.now();
    if (now - this.#heard > SILENCE) this.#lose();
    if (this.#lost && now - this.#opened > RETRY) this.#open();
  }
}
