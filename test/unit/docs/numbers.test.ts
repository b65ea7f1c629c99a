import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { maxDefaultMemory } from "../../../src/cli/run-flags.ts";
import { historyLimits, sweepSteps } from "../../../src/sandbox/home/history/history-limits.ts";
import { formatSize } from "../../../src/base/units.ts";
import { limitRows, limitsPage, toBinary, toCount } from "../../docs/limits-page.ts";

// Most limits are no interface of their module, so they are read from its text: by the file's name, wherever it lies.

const top = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, top), "utf8");
const sources = readdirSync(new URL("src/", top), { recursive: true, encoding: "utf8" });
/** The figure of `const NAME = 2 * 1024` or `NAME: 30_000` in a source. @throws when there isn't exactly one */
function readFigure(file: string, name: string): number {
  const paths = sources.filter((source) => basename(source) === file);
  const texts = paths.map((path) => read(`src/${path}`));
  const figure = new RegExp(String.raw`\b${name}(?: =|:) ([\d_* ]+)[;,]`, "g");
  const found = texts.flatMap((text) => [...text.matchAll(figure)]);
  if (found.length !== 1) throw new Error(`${found.length} figures called ${name} in ${file}`);
  const factors = (found[0]?.[1] ?? "").replaceAll("_", "").split(" * ");
  return factors
    .map((factor) => factor.split(" ** ").map(Number))
    .map(([base = Number.NaN, exponent = 1]) => base ** exponent)
    .reduce((product, factor) => product * factor, 1);
}

const time = (ms: number): string => {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  return ms % 60_000 === 0 && ms > 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`;
};
/** Not as a part of a larger figure */
const toWhole = (figure: string): RegExp =>
  new RegExp(String.raw`(?<![\d,.])${figure}(?![\d,.]\d|\d)`);
const proxy = "limits.ts";

test.each([
  ["request line and headers", proxy, "requestHeadBytes", toBinary],
  ["request line and headers", "http1-limits.ts", "headerFields", toCount],
  ["request target", "http1-limits.ts", "targetBytes", toBinary],
  ["from the end of a request to its outcome in the audit", "chain-writer.ts", "unhurriedMs", time],
  ["response headers", proxy, "responseHeadBytes", toBinary],
  ["interim responses to one request", proxy, "interimResponses", toCount],
  ["empty lines before a request", "http1-limits.ts", "emptyLines", toCount],
  ["connections from one sandbox", proxy, "clientConnections", toCount],
  [
    "refused tunnels that are open to say why: at one time; at once, then in a second",
    proxy,
    "refusedTunnels",
    toCount,
  ],
  [
    "refused tunnels that are open to say why: at one time; at once, then in a second",
    proxy,
    "refusedTunnelBurst",
    toCount,
  ],
  [
    "refused tunnels that are open to say why: at one time; at once, then in a second",
    proxy,
    "refusedTunnelsPerSecond",
    toCount,
  ],
  ["one of them: in all; what is read of a body", proxy, "refusedTunnelMs", time],
  ["one of them: in all; what is read of a body", proxy, "refusedTunnelBytes", toBinary],
  ["idle client connection", proxy, "clientIdleMs", time],
  ["request head, first byte to last", proxy, "requestHeadMs", time],
  ["TLS handshake with the client", proxy, "tlsHandshakeMs", time],
  ["silence in a request body", proxy, "requestBodyIdleMs", time],
  ["wait for response headers", proxy, "responseHeadMs", time],
  ["silence in a response body", proxy, "responseBodyIdleMs", time],
  ["silence on a WebSocket", proxy, "webSocketIdleMs", time],
  ["a client that takes nothing of its response", proxy, "writeIdleMs", time],
  ["fetching a secret", proxy, "revealMs", time],
  [
    "output of a command that is kept for a reader that doesn't take it",
    "passed-output.ts",
    "maxKeptBytes",
    toBinary,
  ],
  ["kept upstream connections", proxy, "idleUpstreams", toCount],
  ["kept upstream connections", proxy, "idleUpstreamMs", time],
  [
    "bytes that one connection reads ahead; all of a session",
    proxy,
    "socketReadAheadBytes",
    toBinary,
  ],
  ["bytes that one connection reads ahead; all of a session", proxy, "readAheadBytes", toBinary],
  [
    "bytes of a body that wait for a client or an upstream to take them; they count among those of the session",
    proxy,
    "unsentBytes",
    toBinary,
  ],
  [
    "cached certificates for hosts that a rule names; for others",
    "session-ca.ts",
    "maxCachedLeaves",
    toCount,
  ],
  [
    "cached certificates for hosts that a rule names; for others",
    "session-ca.ts",
    "maxRefusedLeaves",
    toCount,
  ],
  ["looking through a kept home", "read-start-files.ts", "maxBytes", toBinary],
  ["looking through a kept home", "read-start-files.ts", "maxEntries", toCount],
  ["the same, in all", "start-file-record.ts", "maxFiles", toCount],
  ["the same, in all", "home-aliases.ts", "maxAliases", toCount],
  ["a line that vaultbox prints", "print.ts", "maxLineLength", toCount],
  ["a line that vaultbox prints", "print.ts", "maxPipedLineLength", toCount],
  ["a value that `ps`, `audit` or a table prints", "table.ts", "maxCellLength", toCount],
  ["a value that `ps`, `audit` or a table prints", "output.ts", "maxPipedLength", toCount],
  [
    "packages, and npm packages, that are added to an image",
    "image-settings.ts",
    "maxTools",
    toCount,
  ],
  ["masked sockets, pipes and devices", "mask-special-files.ts", "maxMasks", toCount],
  ["hidden files of a workspace", "hide-secrets.ts", "maxHidden", toCount],
  ["of a hidden file that git has, what is shown", "tracked-files.ts", "maxFileBytes", toBinary],
  ["of a hidden folder, files that git has", "tracked-files.ts", "maxFolderFiles", toCount],
  ["of a hidden folder, files that git has", "tracked-files.ts", "maxFolderBytes", toBinary],
  [
    "mounts over the workspace; with those that hide something",
    "mount-draft.ts",
    "maxMounts",
    toCount,
  ],
  [
    "mounts over the workspace; with those that hide something",
    "mount-draft.ts",
    "maxAllMounts",
    toCount,
  ],
  [
    "the same before repositories are protected that sandboxes made, or that sessions left whose end wasn't looked at",
    "mount-draft.ts",
    "maxForOthers",
    toCount,
  ],
  [
    "the same before copies without passwords are shown of their settings and logs",
    "mount-draft.ts",
    "maxAllForOthers",
    toCount,
  ],
  [
    "programs, and folders around them, that one pattern of a command or hook fits to",
    "limit-matches.ts",
    "maxMatches",
    toCount,
  ],
  [
    "a file of settings, or a log, that is looked through for passwords",
    "hide-settings.ts",
    "maxSettingsBytes",
    toBinary,
  ],
  [
    "a file of settings, or a log, that is looked through for passwords",
    "shown-log.ts",
    "maxLogBytes",
    toBinary,
  ],
  ["a line or a section of one", "secret-text.ts", "maxLineLength", toBinary],
  ["a line or a section of one", "settings-text.ts", "maxSectionLength", toBinary],
  ["folders of the workspace within each other", "scan-budget.ts", "maxDepth", toCount],
  ["folders within each other in `.git/modules`", "protect-git-dir.ts", "maxModuleDepth", toCount],
  [
    "sockets that appear during a session and are told of",
    "session-workspace.ts",
    "maxSockets",
    toCount,
  ],
  ["names in one folder", "read-folder.ts", "maxNames", toCount],
  ["files that are compared", "add-findings.ts", "maxExecutables", toCount],
  ["a path", "scan-budget.ts", "maxPathLength", toCount],
  ["reasons that are known of one repository", "inspection.ts", "maxDangers", toCount],
  ["what is listed", "inspect-handoff.ts", "maxEntries", toCount],
  ["what is dangerous and not disabled, of one run", "open-dangers.ts", "maxOpenDangers", toCount],
  [
    "hidden files that are known again when a sandbox has moved them",
    "hidden-once.ts",
    "maxRemembered",
    toCount,
  ],
  [
    "repositories that are remembered as made in a sandbox",
    "made-repositories.ts",
    "maxMade",
    toCount,
  ],
  [
    "repositories that are remembered as made in a sandbox",
    "made-repositories.ts",
    "maxWorkspaces",
    toCount,
  ],
] as const)("the page of limits has for %s what %s says in %s", (what, file, name, write) => {
  expect(limitRows.get(what)).toMatch(toWhole(write(readFigure(file, name))));
});

test.each([
  [
    "Workspaces and writable mounts are remembered by path, %s of them",
    "remember-folders.ts",
    "maxFolders",
    toCount,
  ],
  ["is %s folders and 16 MiB for each", "plain-folders.ts", "maxFolders", toCount],
  ["A hook's text of more than %s isn't looked at", "hook-texts.ts", "maxTextBytes", toBinary],
  ["longer than %s bytes: where something", "nameable.ts", "maxPathBytes", toCount],
  ["to a depth of %s;", "started-commands.ts", "maxDepth", toCount],
  ["all processors (`--cpus`), %s processes", "container-specs.ts", "agentPids", toCount],
] as const)("the page says: %s", (text, file, name, write) => {
  expect(limitsPage.replaceAll(/\s+/g, " ")).toContain(
    text.replace("%s", write(readFigure(file, name))),
  );
});

test("what a sandbox gets of the memory is said alike in the pages and in the help", () => {
  const gets = `half of this machine's, at most ${formatSize(maxDefaultMemory)}`;
  expect(read("docs/cli.md").replaceAll(/\s+/g, " ")).toContain(gets);
  expect(read("README.md")).toContain(gets);
  const words = `at most ${toBinary(maxDefaultMemory)}`;
  expect(limitsPage).toContain(`Half of this machine's memory, ${words}`);
  expect(read("docs/how-do-i.md")).toContain(`half of the machine's, ${words}`);
});

test("the page of limits and agents.md have the figures of kept conversations", () => {
  const { ageNs, bytes, files, fileBytes } = historyLimits;
  const days = `${ageNs / (24n * 3_600_000_000_000n)} days`;
  const kept = `${days}, ${toBinary(bytes)}, ${toCount(files)} files, ${toBinary(fileBytes)} each`;
  expect(limitRows.get("conversations of an agent in a project")).toContain(kept);
  const looked = "names that are looked at among them, or removed, before a run";
  expect(limitRows.get(looked)).toContain(toCount(sweepSteps));
  expect(read("docs/agents.md")).toContain(
    `${days} since the last line, the newest ${toBinary(bytes)}`,
  );
});
