import { loadRows } from "../measurement.ts";
import type { BenchPlace, RunningTarget } from "../place.ts";
import { toTable } from "../report.ts";
import { type RoundOptions, type RoundResult, runRounds } from "../run-rounds.ts";
import { startVaultbox } from "../vaultbox-target.ts";
import { startSandboxed } from "./sandbox-target.ts";

const alone = "alone";

/**
 * The load from inside of real sandboxes, one for each link, beside the proxy alone with its client on the host: the same
 * client, credential, policy and audit.
 */
export async function measureLink(
  place: BenchPlace,
  options: Omit<RoundOptions, "targets">,
): Promise<RoundResult> {
  await using stack = new AsyncDisposableStack();
  const rows = options.rows.length === 0 ? loadRows : options.rows;
  const proxy = stack.use(await startVaultbox(place, { name: alone, store: "age" }));
  const targets: RunningTarget[] = [proxy];
  const notes: string[] = [];
  for (const link of ["unix", "stdio"] as const) {
    try {
      targets.push(stack.use(await startSandboxed(place, link)));
    } catch (error) {
      notes.push(`${link} left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const result = await runRounds({ ...options, rows, targets });
  return { samples: result.samples, notes: [...notes, ...result.notes] };
}

export function toLinkLines({ samples, notes }: RoundResult): readonly string[] {
  const columns = ["sandbox-unix", "sandbox-stdio"].flatMap((target) => [
    { target },
    { target, over: alone, heading: `× ${alone}` },
  ]);
  return [
    "through the link of a real sandbox, over the proxy alone in the same round; medians over rounds",
    "CPU is that of the session's process, its relay, and of the engine's that serve the relay; RSS that of the first two",
    "",
    ...toTable(samples, [{ target: alone }, ...columns]),
    "",
    ...notes,
    "",
  ];
}
