/** What facts can be noted on: what is made of it once is there when it comes again. */
export interface Notable {
  /** Missing where it never comes again */
  readonly notes?: unknown[];
}

/**
 * One kind of fact, for whoever finds it out and knows what it depends on. A `WeakMap` would do the same, and takes more than
 * a microsecond for each object that is new.
 */
export class Note<Fact extends object> {
  static #count = 0;
  readonly #place = Note.#count++;

  read({ notes }: Notable): Fact | undefined {
    // Only this note writes there
    return notes?.[this.#place] as Fact | undefined;
  }

  write({ notes }: Notable, fact: Fact): void {
    if (notes !== undefined) notes[this.#place] = fact;
  }
}
