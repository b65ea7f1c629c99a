import type { RecordedScore } from "../support/scoreboard.ts";

/** What each row attacks; the numbers are the project's own list of attacks, in docs/security.md. */
export const rowTitles: ReadonlyMap<number, string> = new Map([
  [1, "CONNECT, SNI, request target and Host that disagree"],
  [2, "spellings of a host name"],
  [3, "spellings of private and metadata addresses"],
  [4, "DNS rebinding"],
  [5, "host rules against an independent oracle"],
  [6, "ports that no rule names"],
  [7, "broken, empty and half-written policies"],
  [8, "path rules against an independent oracle"],
  [9, "malformed HTTP/1 requests and bodies"],
  [10, "what the upstream's parser sees of what was forwarded"],
  [11, "requests behind a refused CONNECT"],
  [13, "upgrades, tunnels in tunnels, other protocols"],
  [14, "malicious upstream answers"],
  [15, "redirects to other places"],
  [16, "foreign credentials on a host with a bound one"],
  [17, "removing or doubling the injected credential"],
  [19, "degraded parts: locked vault, unwritable log"],
  [20, "injection outside of what rules allow"],
  [21, "the secret anywhere in the sandbox"],
  [22, "the secret anywhere on the host outside the vault"],
  [23, "every other way into a repository: API, GraphQL, LFS, forks"],
  [24, "publishing and uploading with default presets"],
  [25, "ways out of the sandbox beside the proxy"],
  [26, "posture of the sandbox"],
  [27, "control interfaces and other sessions"],
  [28, "programs that the host's git would run, planted in the workspace"],
  [29, "tricks against the protected paths of a repository"],
  [30, "links, pipes and swaps raced against the host's file access"],
  [31, "files that host tools run, changed by the agent"],
  [32, "terminal sequences in what vaultbox prints"],
  [33, "forged and damaged audit logs"],
  [34, "tampered vault files"],
  [35, "kill -9 and full disks while writing"],
  [36, "writers at the same time"],
  [37, "cost of guessing a passphrase"],
  [38, "killed sessions and leftovers"],
  [40, "slow and flooding clients"],
  [41, "faults at every step of the proxy"],
  [48, "what is left to keep the end of a run busy"],
  [57, "what one session leaves for another one's start"],
  [50, "records that spoil the audit log"],
  [54, "memory taken by requests that are held"],
  [59, "secrets that come back in headers"],
  [43, "signatures for anything but the session's own commits and tags"],
  [44, "names that are no UTF-8, and what can't be looked into"],
  [45, "sockets, pipes and devices of the host"],
  [47, "sources of mounts exchanged between check and use"],
  [46, "paths of the host's programs, and other version control systems"],
  [49, "sockets, rings and keys that no network namespace holds back"],
  [51, "headers and parameters that name another resource, method or host"],
  [58, "a repository that may not be read, by number, search, list, page, fork or former name"],
  [52, "reviews of a repository that is made to look otherwise"],
  [56, "what configures the next run, written by a sandbox"],
  [53, "secrets in the settings and logs of a repository"],
  [60, "programs and code of a sandbox, run by the host"],
  [55, "secrets in what a sandbox is configured with"],
  [61, "what a kept home carries into the next session"],
  [62, "names of a sandbox's making in commands that are pasted into a shell"],
]);

/** Rows that a release needs; a row without a score fails the run. */
export const requiredRows: readonly number[] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31,
  32, 33, 34, 35, 38, 40, 43, 44, 45, 47, 48, 49, 50, 51, 54, 55, 56, 57, 58, 59, 60, 61, 62,
];

/** Scores of one row added up. */
export interface RowTotal {
  readonly row: number;
  readonly attempts: number;
  readonly blocked: number;
  readonly controlSucceeded: number;
}

export function parseScores(jsonl: string): readonly RecordedScore[] {
  return jsonl
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RecordedScore);
}

/** One total a row, ascending; a test that ran twice counts once, by its last run. */
export function totalScores(scores: readonly RecordedScore[]): readonly RowTotal[] {
  const last = new Map(scores.map((score) => [`${score.row} ${score.test}`, score]));
  const totals = new Map<number, RowTotal>();
  for (const score of last.values()) {
    const total = totals.get(score.row) ?? {
      row: score.row,
      attempts: 0,
      blocked: 0,
      controlSucceeded: 0,
    };
    totals.set(score.row, {
      row: score.row,
      attempts: total.attempts + score.attempts,
      blocked: total.blocked + score.blocked,
      controlSucceeded: total.controlSucceeded + score.controlSucceeded,
    });
  }
  return [...totals.values()].sort((a, b) => a.row - b.row);
}

/** Names that two tests have recorded in one row: of those only one would be counted. */
function duplicateNames(scores: readonly RecordedScore[]): readonly string[] {
  const first = new Map<string, RecordedScore>();
  const problems = new Set<string>();
  for (const score of scores) {
    const key = `${score.row} ${score.test}`;
    const other = first.get(key) ?? score;
    first.set(key, other);
    if (other.by !== score.by)
      problems.add(
        `row ${score.row}: "${score.test}" is a score of ${other.by} and of ${score.by}`,
      );
  }
  return [...problems];
}

/** What is wrong with the scores of a run: two of one name, a required row missing, an attempt that wasn't blocked, a control that never succeeded. */
export function scoreProblems(scores: readonly RecordedScore[]): readonly string[] {
  const problems = [...duplicateNames(scores)];
  const totals = totalScores(scores);
  const byRow = new Map(totals.map((total) => [total.row, total]));
  for (const row of requiredRows) {
    if (!byRow.has(row)) problems.push(`row ${row} (${rowTitles.get(row)}) has no score`);
  }
  for (const { row, attempts, blocked, controlSucceeded } of totals) {
    if (blocked !== attempts)
      problems.push(`row ${row}: ${attempts - blocked} attempts were not blocked`);
    if (controlSucceeded === 0)
      problems.push(`row ${row}: no control succeeded, so the row proves nothing`);
    if (!rowTitles.has(row)) problems.push(`row ${row} has no title`);
  }
  return problems;
}

/** The table for docs/security.md. */
export function toMarkdownTable(totals: readonly RowTotal[]): string {
  const lines = [
    "| row | attack | attempts | blocked | controls that succeeded |",
    "|--:|---|--:|--:|--:|",
  ];
  for (const { row, attempts, blocked, controlSucceeded } of totals) {
    lines.push(
      `| ${row} | ${rowTitles.get(row)} | ${attempts} | ${blocked} | ${controlSucceeded} |`,
    );
  }
  return lines.join("\n");
}
