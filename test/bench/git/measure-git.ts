import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openDirectClient } from "../../support/git-client.ts";
import { startGitServer } from "../../support/git-server.ts";
import { median } from "../measurement.ts";
import { startProxiedGit } from "./proxied-git.ts";
import { createSources, type Sizes, type Step, steps, transfer } from "./transfers.ts";

export interface GitEffort extends Sizes {
  readonly rounds: number;
}

export interface GitFigure {
  readonly step: Step;
  readonly directMs: number;
  readonly vaultboxMs: number;
  /** Median over rounds of the ratio within each round */
  readonly ratio: number;
}

export interface GitResult {
  readonly effort: GitEffort;
  readonly figures: readonly GitFigure[];
  /** Resident memory of the proxy's process before the first request and at most, MB */
  readonly idleMegabytes: number;
  readonly peakMegabytes: number;
  /** CPU time of the proxy with the git programs that it ran, s */
  readonly cpuSeconds: number;
}

type Times = Readonly<Record<Step, number>>;

/** Real git against a real server, straight and through the proxy, in turns. */
export async function measureGit(
  effort: GitEffort,
  folder: string,
  onRound: (line: string) => void,
): Promise<GitResult> {
  await using server = await startGitServer();
  await createSources(server, effort);
  const direct = await openDirectClient(server, folder);
  await using proxied = await startProxiedGit(server, folder, {
    repositories: ["acme/*"],
    maxPackBytes: 2e9,
    denyPaths: [],
  });
  const idleMegabytes = proxied.peakMegabytes();
  const rounds: { direct: Times; vaultbox: Times }[] = [];
  const clients = { direct, vaultbox: proxied.client };
  for (let round = 0; round < effort.rounds; round += 1) {
    const times: Partial<Record<keyof typeof clients, Times>> = {};
    const order = ["direct", "vaultbox"] as const;
    for (const name of round % 2 === 0 ? order : order.toReversed()) {
      const place = await mkdtemp(join(folder, "git-"));
      const label = `${name}-${round}`;
      const client = clients[name];
      times[name] = await transfer({ server, client, folder: join(place, "work"), label });
      await rm(place, { recursive: true });
      onRound(`git round ${round + 1}, ${name}`);
    }
    rounds.push({ direct: times.direct!, vaultbox: times.vaultbox! });
  }
  return {
    effort,
    figures: steps.map((step) => ({
      step,
      directMs: median(rounds.map((one) => one.direct[step])),
      vaultboxMs: median(rounds.map((one) => one.vaultbox[step])),
      ratio: median(rounds.map((one) => one.vaultbox[step] / one.direct[step])),
    })),
    idleMegabytes,
    peakMegabytes: proxied.peakMegabytes(),
    cpuSeconds: proxied.cpuMs() / 1000,
  };
}

/** Markdown: a line for each step. */
export function toGitLines(result: GitResult): readonly string[] {
  const { effort, figures, idleMegabytes, peakMegabytes, cpuSeconds } = result;
  const rows = figures.map(
    ({ step, directMs, vaultboxMs, ratio }) =>
      `| ${step} | ${directMs.toFixed(0)} | ${vaultboxMs.toFixed(0)} | ${ratio.toFixed(2)} |`,
  );
  return [
    `git: ${effort.commits} commits; ${effort.megabytes} MB that don't compress; ${effort.rounds} rounds`,
    "",
    "| | direct ms | vaultbox ms | ratio |",
    "|---|---|---|---|",
    ...rows,
    "",
    `proxy process: ${idleMegabytes.toFixed(0)} MB at first, ${peakMegabytes.toFixed(0)} MB at most; ${cpuSeconds.toFixed(1)} s CPU with its git programs`,
  ];
}
