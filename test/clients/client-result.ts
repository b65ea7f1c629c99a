import { toShown } from "./shown.ts";
import { type OperationName, type Shown, type Stack, type Way, ways } from "./stack.ts";
import type { Step } from "./steps.ts";

type Printed = Pick<Step, "operation" | "way"> & { readonly output: string };

/** What one client did as one user; an operation that isn't there is one that the client doesn't have. */
export interface ClientResult {
  readonly name: string;
  /** What its setup printed, where that failed; then nothing else was tried */
  readonly setupFailed?: string;
  /** Whether each operation worked, in each way that was tried */
  readonly works: Readonly<Record<Way, Partial<Record<OperationName, boolean>>>>;
  /** What is seen of a refusal; undefined for something that the client isn't said to print */
  readonly shown: Readonly<Partial<Record<Way, Shown | undefined>>>;
  /** What isn't as the client's entry says, with the end of what was printed */
  readonly surprises: readonly string[];
}

/** What an operation that worked has printed. */
const works: Record<OperationName, RegExp> = {
  get: /it was served/,
  post: /got hello/,
  stream: /one\s+two\s+three/,
  websocket: /hello/,
};

/** What a client did, held against what its entry says. */
export function toResult(
  client: Stack,
  printed: readonly Printed[],
  setupFailed: string | undefined,
): ClientResult {
  const { name, only, notYet, shows } = client;
  const result = { name, works: { proxied: {}, direct: {} }, shown: {} } as const;
  if (setupFailed !== undefined) {
    return { ...result, setupFailed, surprises: [`${name}, setup: ${toEnd(setupFailed)}`] };
  }
  const done: ClientResult["works"] = { proxied: {}, direct: {} };
  const shown: Partial<Record<Way, Shown | undefined>> = {};
  const surprises: string[] = [];
  for (const { operation, way, output } of printed) {
    // Said to fail, with these words: that it works by now is news too
    const fails = notYet ?? (only?.way === way ? undefined : only);
    let isExpected: boolean;
    if (fails !== undefined) {
      isExpected = output.includes(fails.prints);
    } else if (operation === "refused") {
      shown[way] = toShown(output, shows);
      isExpected = shown[way] === (shows?.what ?? "text");
    } else {
      isExpected = done[way][operation] = works[operation].test(output);
    }
    if (!isExpected) surprises.push(`${name}, ${operation}, ${way}: ${toEnd(output)}`);
  }
  return { name, works: done, shown, surprises };
}

/** A result of two users, `and` of what each could do. */
export function combine(one: ClientResult, other: ClientResult): ClientResult {
  const both = (way: Way) => {
    const names = Object.keys(one.works[way]) as OperationName[];
    return Object.fromEntries(
      names.map((name) => [name, one.works[way][name] === true && other.works[way][name] === true]),
    );
  };
  const shown = ways.flatMap((way) =>
    way in one.shown
      ? [[way, one.shown[way] === other.shown[way] ? one.shown[way] : undefined]]
      : [],
  );
  const setupFailed = one.setupFailed ?? other.setupFailed;
  return {
    name: one.name,
    ...(setupFailed === undefined ? {} : { setupFailed }),
    works: { proxied: both("proxied"), direct: both("direct") },
    shown: Object.fromEntries(shown) as ClientResult["shown"],
    surprises: [...one.surprises, ...other.surprises],
  };
}

function toEnd(output: string): string {
  return JSON.stringify(output.slice(-400));
}
