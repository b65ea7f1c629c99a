import { isFields } from "../base/shape.ts";
import type { HomeFile } from "./agent-profile.ts";

/**
 * The content for a home that has the file already. The present content was written by an agent: it goes back to
 * where it came from and is used for nothing else. Content that is no JSON object is replaced.
 */
export function mergeHomeFile(file: HomeFile, present: string): string {
  switch (file.existing) {
    case "replace":
      return file.content;
    case "merge-json":
      return mergeJsonText(present, file.content);
  }
}

function mergeJsonText(present: string, seeded: string): string {
  try {
    const parsed: unknown = JSON.parse(present);
    if (!isFields(parsed)) return seeded;
    return `${JSON.stringify(merge(parsed, JSON.parse(seeded)), undefined, 2)}\n`;
  } catch {
    // The agent left a broken file, or one nested too deep to write: starting afresh is what the agent itself would do
    return seeded;
  }
}

/** Objects by key, lists without doubles; of two other values the seeded one. */
function merge(present: unknown, seeded: unknown): unknown {
  if (Array.isArray(present) && Array.isArray(seeded)) return [...new Set([...present, ...seeded])];
  if (!isFields(present) || !isFields(seeded)) return seeded;
  const merged = new Map(Object.entries(present));
  for (const [key, value] of Object.entries(seeded)) {
    merged.set(key, merged.has(key) ? merge(merged.get(key), value) : value);
  }
  // Defines own properties, so a key called __proto__ is only a key
  return Object.fromEntries(merged);
}
