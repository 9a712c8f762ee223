// The pairs as they are, and every way back and forth. A pair is {px: [x, y] | null, at: [x, y] | null}.

const DEEP = 200; // steps that can be undone

export class History {
  #past = [];
  #future = [];
  #steady = null;

  constructor(pairs) {
    this.pairs = pairs;
  }

  // Change the pairs by a function that gives the new list. `run` names one long movement, which is undone at once.
  change(make, run = null) {
    if (run === null || run !== this.#steady) {
      this.#past.push(this.pairs);
      if (this.#past.length > DEEP) this.#past.shift();
    }
    this.#steady = run;
    this.#future = [];
    this.pairs = make(this.pairs);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  undo() {
    if (!this.canUndo) return;
    this.#future.push(this.pairs);
    this.pairs = this.#past.pop();
    this.#steady = null;
  }

  redo() {
    if (!this.canRedo) return;
    this.#past.push(this.pairs);
    this.pairs = this.#future.pop();
    this.#steady = null;
  }
}
