// A seeded generator: a trial is known by its seed alone.

export class Random {
  #state;

  constructor(seed) {
    this.#state = (seed * 0x9e3779b1) >>> 0;
  }

  /** Uniform in [0, 1) (mulberry32). */
  unit() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` up to `most`, both included. */
  between(least, most) {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  choose(items) {
    return items[this.between(0, items.length - 1)];
  }
}
