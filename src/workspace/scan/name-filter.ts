const slotBits = 17;

/** What an entry of the filter is about. */
const slotKinds = { name: 0, start: 1, longStart: 2, end: 3, longEnd: 4 } as const;

/** Letters of an end that count; of a shorter one two do. */
const longEnd = 4;

/**
 * Says of nearly every file by a few letters of its name that none of many patterns fits. It goes by ASCII letters in
 * either case; a name that has another one where it looks may always fit.
 */
export class NameFilter {
  readonly #slots = new Uint8Array(2 ** slotBits);

  /** @param name in lower case, as everything that is added */
  addName(name: string): void {
    const pair = toPair(name.length, at(name, 0));
    this.#add(slotKinds.name, pair, at(name, name.length - 1));
  }

  addStart(start: string): void {
    if (start.length === 1) this.#add(slotKinds.start, at(start, 0), 0);
    else this.#add(slotKinds.longStart, toPair(at(start, 0), at(start, 1)), 0);
  }

  /** @param end at least two letters */
  addEnd(end: string): void {
    const last = end.length - 1;
    const pair = toPair(at(end, last - 1), at(end, last));
    if (end.length < longEnd) this.#add(slotKinds.end, 0, pair);
    else this.#add(slotKinds.longEnd, toPair(at(end, last - 3), at(end, last - 2)), pair);
  }

  mayFit(name: string): boolean {
    const last = name.length - 1;
    const first = at(name, 0);
    const second = at(name, 1);
    const one = at(name, last - 3);
    const two = at(name, last - 2);
    const three = at(name, last - 1);
    const four = at(name, last);
    if ((first | second | one | two | three | four) >= 0x80) return true;
    const end = toPair(three, four);
    return (
      this.#has(slotKinds.name, toPair(name.length, first), four) ||
      this.#has(slotKinds.start, first, 0) ||
      this.#has(slotKinds.longStart, toPair(first, second), 0) ||
      this.#has(slotKinds.end, 0, end) ||
      this.#has(slotKinds.longEnd, toPair(one, two), end)
    );
  }

  #add(kind: number, one: number, other: number): void {
    this.#slots[toSlot(kind, one, other)] = 1;
  }

  #has(kind: number, one: number, other: number): boolean {
    return this.#slots[toSlot(kind, one, other)] === 1;
  }
}

/** A letter as a number, in lower case; what isn't one becomes another character in the same way everywhere. */
function at(name: string, index: number): number {
  return name.charCodeAt(index) | 0x20;
}

function toPair(one: number, other: number): number {
  return one * 0x80 + other;
}

/** One of the filter's places; two entries may share one, which costs a look at the patterns. */
function toSlot(kind: number, one: number, other: number): number {
  const mixed = Math.imul(one * 8 + kind, 0x9e3779b1) ^ Math.imul(other + 1, 0x85ebca6b);
  return mixed >>> (32 - slotBits);
}
