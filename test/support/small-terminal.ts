/* eslint-disable no-control-regex -- terminal sequences begin with one */
/** What a person sees of one line. */
interface Cell {
  readonly character: string;
  readonly isHidden: boolean;
}

interface Saved {
  readonly row: number;
  readonly column: number;
  readonly attributes: Attributes;
  readonly charsets: readonly string[];
  readonly isOrigin: boolean;
}

interface Attributes {
  readonly concealed: boolean;
  readonly foreground: string;
  readonly background: string;
}

const plain: Attributes = { concealed: false, foreground: "default", background: "default" };

/**
 * A terminal as far as a program can hide text with it: concealed and same-coloured text, line drawing, margins, origin
 * mode, unfinished strings, other displays and printers. After DEC's VT510 manual and xterm's ctlseqs.txt.
 */
export class SmallTerminal {
  readonly height = 6;
  readonly width = 40;
  #rows: Cell[][];
  #row = 0;
  #column = 0;
  #attributes = plain;
  #charsets = ["B", "B"];
  #shift = 0;
  #top = 0;
  #bottom = this.height - 1;
  #isOrigin = false;
  #colours = { foreground: "black", background: "white" };
  #isSynchronised = false;
  #isVt52 = false;
  #isPrinting = false;
  #isStatusLine = false;
  #saved: Saved | undefined;
  #string: string | undefined;
  #isColourless = false;

  constructor() {
    this.#rows = Array.from({ length: this.height }, () => []);
  }

  /** The lines that can be read; nothing while the screen isn't drawn */
  get lines(): readonly string[] {
    if (this.#isSynchronised || this.#isColourless) return [];
    return this.#rows.map((row) =>
      row
        .map(({ character, isHidden }) => (isHidden ? " " : character))
        .join("")
        .trimEnd(),
    );
  }

  write(text: string): void {
    const token =
      /\x1b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|\x1b[()*+#].|\x1b[\]P_^X]|\x1b.|[^]/gsu;
    for (const [one] of text.matchAll(token)) this.#take(one);
  }

  #take(one: string): void {
    if (this.#string !== undefined) {
      // Only the end of the string, or CAN
      if (one === "\x18" || one === "\x1b\\" || one === "\x07") this.#endString();
      else this.#string += one;
    } else if (this.#isVt52) {
      if (one.startsWith("\x1b<")) this.#isVt52 = false;
    } else if (this.#isPrinting) {
      if (one === "\x1b[4i") this.#isPrinting = false;
    } else if (/^\x1b[\]P_^X]/.test(one)) this.#string = one[1] ?? "";
    else if (one.startsWith("\x1b[")) this.#control(one.slice(2));
    else if (one.startsWith("\x1b")) this.#escape(one.slice(1));
    else this.#character(one);
  }

  #endString(): void {
    const [, command, value] = /^\](\d+)(?:;(.*))?$/s.exec(this.#string ?? "") ?? [];
    this.#string = undefined;
    if (command === "10") this.#colours.foreground = value ?? "";
    if (command === "11") this.#colours.background = value ?? "";
    if (command === "110") this.#colours.foreground = "black";
    if (command === "111") this.#colours.background = "white";
    // A change of the default colours shows in all that is there
    this.#isColourless = this.#colours.foreground === this.#colours.background;
  }

  #character(one: string): void {
    if (one === "\x0e") this.#shift = 1;
    else if (one === "\x0f") this.#shift = 0;
    else if (one === "\r") this.#column = 0;
    else if (one === "\n") this.#feed();
    else if (one >= " ") this.#show(one);
  }

  #show(character: string): void {
    if (this.#isStatusLine) return;
    const { concealed, foreground, background } = this.#attributes;
    const isDrawing = this.#charsets[this.#shift] !== "B";
    const isHidden = concealed || (foreground === background && foreground !== "default");
    const row = this.#rows[this.#row];
    if (row === undefined || this.#column >= this.width) return;
    row[this.#column] = { character: isDrawing ? "#" : character, isHidden };
    this.#column += 1;
  }

  #feed(): void {
    if (this.#row === this.#bottom) {
      this.#rows.splice(this.#top, 1);
      this.#rows.splice(this.#bottom, 0, []);
    } else if (this.#row < this.height - 1) this.#row += 1;
  }

  #escape(text: string): void {
    if (text[0] === "(") this.#charsets[0] = text[1] ?? "B";
    else if (text[0] === ")") this.#charsets[1] = text[1] ?? "B";
    else if (text === "7") {
      const { row, column } = { row: this.#row, column: this.#column };
      this.#saved = {
        row,
        column,
        attributes: this.#attributes,
        charsets: [...this.#charsets],
        isOrigin: this.#isOrigin,
      };
    } else if (text === "8" && this.#saved !== undefined) {
      const { row, column, attributes, charsets, isOrigin } = this.#saved;
      [this.#row, this.#column] = [row, column];
      this.#attributes = attributes;
      this.#charsets = [...charsets];
      this.#isOrigin = isOrigin;
    }
  }

  #control(text: string): void {
    const final = text.at(-1) ?? "";
    const parameters = text.slice(0, -1);
    const numbers = parameters.split(/[;:]/).map(Number);
    if (parameters.startsWith("?")) this.#mode(parameters.slice(1).split(";"), final === "h");
    else if (parameters.endsWith("$") && final === "}") this.#isStatusLine = parameters[0] === "1";
    else if (parameters === "!" && final === "p") this.#softReset();
    else if (final === "i") this.#isPrinting = parameters === "5";
    else if (final === "m" && !parameters.startsWith(">")) this.#select(numbers);
    else if (final === "H") this.#move((numbers[0] || 1) - 1, (numbers[1] || 1) - 1);
    else if (final === "A") this.#row = Math.max(0, this.#row - (numbers[0] || 1));
    else if (final === "r") this.#margins(numbers);
    else if (final === "K") this.#rows[this.#row]?.splice(this.#column);
    else if (final === "J") {
      this.#rows[this.#row]?.splice(this.#column);
      for (let row = this.#row + 1; row < this.height; row += 1) this.#rows[row] = [];
    }
  }

  #select(numbers: readonly number[]): void {
    for (const number of numbers) {
      if (number === 0) this.#attributes = plain;
      else if (number === 8) this.#attributes = { ...this.#attributes, concealed: true };
      else if (number >= 30 && number < 38)
        this.#attributes = { ...this.#attributes, foreground: String(number - 30) };
      else if (number >= 40 && number < 48)
        this.#attributes = { ...this.#attributes, background: String(number - 40) };
    }
  }

  #mode(modes: readonly string[], isOn: boolean): void {
    if (modes.includes("6")) {
      this.#isOrigin = isOn;
      this.#move(0, 0);
    }
    if (modes.includes("2026")) this.#isSynchronised = isOn;
    if (modes.includes("2") && !isOn) this.#isVt52 = true;
  }

  #margins([top = 0, bottom = 0]: readonly number[]): void {
    [this.#top, this.#bottom] = [(top || 1) - 1, (bottom || this.height) - 1];
    this.#move(0, 0);
  }

  #move(row: number, column: number): void {
    const first = this.#isOrigin ? this.#top : 0;
    const last = this.#isOrigin ? this.#bottom : this.height - 1;
    this.#row = Math.min(last, first + row);
    this.#column = Math.min(this.width - 1, column);
  }

  #softReset(): void {
    this.#attributes = plain;
    this.#charsets = ["B", "B"];
    [this.#top, this.#bottom] = [0, this.height - 1];
    this.#isOrigin = false;
  }
}
