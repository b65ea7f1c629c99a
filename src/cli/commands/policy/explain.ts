import { Command } from "commander";
import type { Paint } from "../../../base/paint.ts";
import { VaultboxError } from "../../../base/errors.ts";
import { leavingOut } from "../../../base/program-environment.ts";
import {
  addPolicyOptions,
  collect,
  toPolicyOptions,
  type PolicyFlags,
} from "../../policy-options.ts";

interface ExplainFlags extends PolicyFlags {
  readonly header: readonly string[];
  readonly vault: readonly string[];
  readonly json?: boolean;
}

const examples = `
The exit status is 0 whatever the decision is; --json has it as "verdict".

Examples:
  vaultbox policy explain GET https://docs.example.com/start
  vaultbox policy explain POST https://api.example.com/v1/x --agent claude
  vaultbox policy explain COPY https://d.example.com --header 'Destination: /b'
  vaultbox policy explain push https://github.com/acme/widgets agent/x`;

/** The first word of the answer. */
const verdictPaints: readonly Paint[] = [
  { pattern: /^(allow) /d, style: "green" },
  { pattern: /^(deny) /d, style: "red" },
];

export function buildCommand(): Command {
  return addPolicyOptions(new Command("explain"))
    .summary("say what would happen to one request, and why")
    .description("decide one request, or pushes to one branch, as the proxy would; send nothing")
    .argument("<method>", "for example GET; or push")
    .argument("<url>", "for example https://api.example.com/v1/items")
    .argument("[ref]", "with push: the branch, or the full name of a ref")
    .option(
      "--header <name: value>",
      "a header that says what the request does, as Destination (repeatable)",
      collect,
      [],
    )
    .option("--vault <vault>", "look for the credential in this vault (repeatable)", collect, [])
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action((...asked: Parameters<typeof explain>) =>
      leavingOut(asked[3].workspace, () => explain(...asked)),
    );
}

async function explain(
  method: string,
  url: string,
  ref: string | undefined,
  flags: ExplainFlags,
): Promise<void> {
  if (method === "push") return explainPushes(url, ref, flags);
  if (ref !== undefined) throw new VaultboxError("VBX_USAGE", "only push takes a ref");
  const [{ resolvePaths }, { explainRequest }, output] = await Promise.all([
    import("../../../base/paths.ts"),
    import("../../explain/explain-request.ts"),
    import("../../output.ts"),
  ]);
  const wanted = { method, url, headers: flags.header, vaults: flags.vault };
  const options = toPolicyOptions(flags);
  const found = await explainRequest(wanted, options, resolvePaths());
  if (flags.json === true) return output.printJson(found);
  const { verdict, reason, rule, source, detail, credential } = found;
  const isRead = method === "GET" || method === "HEAD";
  const unknown = isRead ? "depends on what the forge says of" : "depends on the body of";
  const says = verdict === "depends" ? unknown : verdict;
  const lines = [`${says} ${method} ${url}`, ""];
  if (reason !== null) lines.push(`  Reason: ${reason}`);
  if (rule !== null) lines.push(`  Rule: ${rule}`, `  From: ${source?.label}`);
  if (verdict !== "deny") lines.push(`  Credential: ${credential ?? "none"}`);
  if (detail.length > 0) lines.push("", ...detail.map((line) => `  ${line}`));
  output.printLines(lines, verdictPaints);
}

async function explainPushes(
  url: string,
  ref: string | undefined,
  flags: ExplainFlags,
): Promise<void> {
  if (ref === undefined) {
    throw new VaultboxError("VBX_USAGE", "write the branch after the URL", {
      hints: ["as in: vaultbox policy explain push https://github.com/acme/widgets agent/x"],
    });
  }
  const [{ resolvePaths }, { explainPush }, output, { terminalWidth, toTable }] = await Promise.all(
    [
      import("../../../base/paths.ts"),
      import("../../explain/explain-push.ts"),
      import("../../output.ts"),
      import("../../table.ts"),
    ],
  );
  const options = toPolicyOptions(flags);
  const found = await explainPush({ url, ref }, options, resolvePaths());
  if (flags.json === true) return output.printJson(found);
  const steps = found.steps.map(({ step, verdict, why }) => [step, verdict, why]);
  output.printLines(
    [
      `${found.verdict} push ${found.url} ${found.ref}`,
      "",
      ...(found.from.length === 0 ? [] : [`  From: ${found.from.join(", ")}`, ""]),
      ...toTable(["push", "verdict", "why"], steps, terminalWidth() - 2).map((line) => `  ${line}`),
    ],
    verdictPaints,
  );
}
