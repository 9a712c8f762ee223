// What can be undone: a list of states, of which one holds.

export class History {
  #states;
  #at = 0;

  constructor(state) {
    this.#states = [state];
  }

  get state() {
    return this.#states[this.#at];
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at + 1 < this.#states.length;
  }

  put(state) {
    this.#states = [...this.#states.slice(0, this.#at + 1), state];
    this.#at = this.#states.length - 1;
  }

  undo() {
    if (this.canUndo) this.#at -= 1;
    return this.state;
  }

  redo() {
    if (this.canRedo) this.#at += 1;
    return this.state;
  }
}
