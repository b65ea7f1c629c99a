import { formatSize, plural } from "../base/units.ts";

/** How often a line says how far it is, in milliseconds */
const pauseMs = 1000;

/** What the engine says of one layer, again and again while it is fetched or unpacked. */
export interface LayerState {
  readonly id: string;
  /** `Downloading`, `Extracting` … */
  readonly status: string;
  readonly bytes: number;
  /** Undefined where the registry doesn't say */
  readonly totalBytes: number | undefined;
}

/** Makes one line of the states of all layers, at most once a second. */
export class PullProgress {
  readonly #layers = new Map<string, LayerState>();
  #saidAt = -pauseMs;

  /** @returns the line `Downloading: 120MB of 310MB, 3 layers`; undefined where nothing is to be said yet */
  add(layer: LayerState): string | undefined {
    this.#layers.set(layer.id, layer);
    const now = performance.now();
    if (now - this.#saidAt < pauseMs) return undefined;
    this.#saidAt = now;
    const same = [...this.#layers.values()].filter(({ status }) => status === layer.status);
    const bytes = same.reduce((sum, one) => sum + one.bytes, 0);
    const total = same.reduce((sum, one) => sum + (one.totalBytes ?? one.bytes), 0);
    return `${layer.status}: ${formatSize(bytes)} of ${formatSize(total)}, ${plural(same.length, "layer")}\n`;
  }
}
