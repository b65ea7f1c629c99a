import { VaultboxError } from "../../base/errors.ts";
import type { Paint } from "../../base/paint.ts";
import { resolvePaths } from "../../base/paths.ts";
import { printJson, printLines } from "../output.ts";
import { type PolicyFlags, toPolicyOptions } from "../command-options.ts";
import { terminalWidth, toTable } from "../table.ts";
import { explainPush } from "./explain-push.ts";
import { explainRequest } from "./explain-request.ts";

export interface ExplainFlags extends PolicyFlags {
  readonly header: readonly string[];
  readonly vault: readonly string[];
  readonly json?: boolean;
}

/** The first word of the answer. */
const verdictPaints: readonly Paint[] = [
  { pattern: /^(allow) /d, style: "green" },
  { pattern: /^(deny) /d, style: "red" },
];

/** Says what would happen to one request. @throws VaultboxError VBX_USAGE, those of the policy and the vaults */
export async function printExplanation(
  method: string,
  url: string,
  flags: ExplainFlags,
): Promise<void> {
  const wanted = { method, url, headers: flags.header, vaults: flags.vault };
  const options = toPolicyOptions(flags);
  const found = await explainRequest(wanted, options, resolvePaths());
  if (flags.json === true) return printJson(found);
  const { verdict, reason, rule, source, detail, credential } = found;
  const isRead = method === "GET" || method === "HEAD";
  const unknown = isRead ? "depends on what the forge says of" : "depends on the body of";
  const says = verdict === "depends" ? unknown : verdict;
  const lines = [`${says} ${method} ${url}`, ""];
  if (reason !== null) lines.push(`  Reason: ${reason}`);
  if (rule !== null) lines.push(`  Rule: ${rule}`, `  From: ${source?.label}`);
  if (verdict !== "deny") lines.push(`  Credential: ${credential ?? "none"}`);
  if (detail.length > 0) lines.push("", ...detail.map((line) => `  ${line}`));
  printLines(lines, verdictPaints);
}

/** Says what pushes could do to one ref. @throws VaultboxError VBX_USAGE and those of the policy */
export async function printPushes(
  url: string,
  ref: string | undefined,
  flags: ExplainFlags,
): Promise<void> {
  if (ref === undefined) {
    throw new VaultboxError("VBX_USAGE", "write the branch after the URL", {
      hints: ["as in: vaultbox policy explain push https://github.com/acme/widgets agent/x"],
    });
  }
  const options = toPolicyOptions(flags);
  const found = await explainPush({ url, ref }, options, resolvePaths());
  if (flags.json === true) return printJson(found);
  const steps = found.steps.map(({ step, verdict, why }) => [step, verdict, why]);
  printLines(
    [
      `${found.verdict} push ${found.url} ${found.ref}`,
      "",
      ...(found.from.length === 0 ? [] : [`  From: ${found.from.join(", ")}`, ""]),
      ...toTable(["push", "verdict", "why"], steps, terminalWidth() - 2).map((line) => `  ${line}`),
    ],
    verdictPaints,
  );
}
