import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { contains } from "../../base/fs/path-steps.ts";
import { resolvePaths } from "../../base/paths.ts";
import { printJson, printLines } from "../output.ts";
import type { ListedSession } from "../../session/list-sessions.ts";

interface TrustFlags {
  readonly show?: boolean;
  readonly revoke?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const examples = `
Trust is for this exact content: after any change the file counts for nothing
until it is trusted again.

Examples:
  vaultbox trust
  vaultbox trust --show
  vaultbox trust sub/.git
  vaultbox trust ../widgets/vaultbox.yaml --revoke`;

export function buildCommand(): Command {
  return new Command("trust")
    .description("trust the project file as it is now, after showing what it grants")
    .argument(
      "[file]",
      "the project file (default: the one of this folder), one of --policy, or what a run left DANGEROUS",
    )
    .option("--show", "print what it grants and whether it is trusted; change nothing")
    .option("--revoke", "take the trust back")
    .option("-y, --yes", "don't ask")
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action(trust);
}

/** What the command did, for `--json`. */
interface TrustFacts {
  readonly path: string;
  readonly trusted: boolean;
  /** Running ones that the change doesn't reach; missing when there are none */
  readonly sessions?: readonly ListedSession[];
}

async function trust(file: string | undefined, flags: TrustFlags): Promise<void> {
  const { inspectProject, revokeProject } = await import("../../config/trust-project.ts");
  const { trustAsItIs } = await import("../../config/trust.ts");
  const { toEgressJson, toGrantLines } = await import("../policy-text.ts");
  const { loadEntryKinds } = await import("../../session/entry-kinds.ts");
  const { findOldPolicySessions, toOldPolicyLines } = await import("../old-policy-sessions.ts");
  const paths = resolvePaths();
  const path = file === undefined ? undefined : resolve(file);
  const print = (facts: TrustFacts, line: string): void => {
    if (flags.json === true) printJson(facts);
    else printLines([line]);
  };
  const printChange = async (facts: TrustFacts, line: string): Promise<void> => {
    const sessions = await findOldPolicySessions(facts.path, paths);
    print(sessions.length === 0 ? facts : { ...facts, sessions }, line);
    if (flags.json !== true) printLines(toOldPolicyLines(sessions));
  };
  if (flags.revoke === true) {
    const revoked = await revokeProject(process.cwd(), paths, path);
    const facts = { path: revoked.path, trusted: false };
    if (!revoked.wasTrusted) return print(facts, `${revoked.path} was not trusted`);
    return await printChange(facts, `${revoked.path} is no longer trusted`);
  }
  if (path !== undefined && flags.show !== true) {
    const taken = await takeOverLeft(path, flags);
    if (taken !== undefined) return print({ path, trusted: true }, taken);
  }
  const inspected = await inspectProject(
    { workspace: process.cwd(), file: path, entryKinds: await loadEntryKinds() },
    paths,
  );
  if (flags.json !== true) {
    const state = inspected.trusted ? "trusted" : "not trusted";
    const { path: at, project } = inspected;
    const lines = project && [`${at} (${state}) grants:`, "", ...toGrantLines(project)];
    printLines([...(lines ?? [`${at} (${state}) has certificates of upstreams`]), ""]);
  }
  if (flags.show === true) {
    const { path: at, sha256, trusted, project } = inspected;
    const egress = project?.egress?.map(toEgressJson);
    const shown = project && { ...project, ...(egress && { egress }) };
    if (flags.json === true) printJson({ path: at, sha256, trusted, project: shown });
    return;
  }
  if (!inspected.trusted) {
    const { confirm } = await import("../vault-access.ts");
    await confirm("trust this file?", flags);
  }
  await trustAsItIs(inspected, paths);
  const facts = { path: inspected.path, trusted: true };
  const line = `trusted ${inspected.path} as it is now`;
  if (inspected.trusted) print(facts, line);
  else await printChange(facts, line);
}

/** Makes what runs called dangerous at a path the user's. @returns what was done; undefined when it's about a file's content */
async function takeOverLeft(path: string, flags: TrustFlags): Promise<string | undefined> {
  const { readOpenDangers, takeOver } = await import("../../workspace/handoff/open-dangers.ts");
  const paths = resolvePaths();
  // The last name may be a link, and is meant itself
  const place = join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
  const open = (await readOpenDangers(paths)).filter((one) => contains(place, one.place));
  if (open.length === 0) {
    const isFolder = await lstat(place).then(
      (facts) => facts.isDirectory(),
      () => false,
    );
    return isFolder ? `nothing in ${place} is known to be dangerous` : undefined;
  }
  const { confirm } = await import("../vault-access.ts");
  if (flags.json !== true)
    printLines(["left by a sandbox:", ...open.map((one) => `  ${one.place}`), ""]);
  await confirm("does this count as yours from now on?", flags);
  await takeOver(paths, place);
  return `${place} counts as yours from now on`;
}
