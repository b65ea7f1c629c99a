import type { HostExecutableRow } from "../../src/workspace/scan/host-executables/parse-rows.ts";

/** Paths that a row is about: the ones it gives, and its patterns without `*`. */
export function toExamples({ patterns, examples }: HostExecutableRow): readonly string[] {
  const plain = patterns.split(" ").filter((one) => !one.includes("*"));
  const given = examples.split(" ").filter((one) => one !== "");
  return [...plain.map((one) => one.replace(/\/$/, "/a")), ...given];
}
