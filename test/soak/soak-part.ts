/** One part of `npm run soak`, with figures for docs. */
export interface SoakPart {
  readonly name: string;
  /** Rounds of a full run */
  readonly rounds: number;
  readonly run: (rounds: number) => Promise<SoakResult>;
}

export interface SoakResult {
  readonly passed: boolean;
  /** What is printed, one JSON line a part */
  readonly figures: Readonly<Record<string, unknown>>;
}
