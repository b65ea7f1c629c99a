import { Command } from "commander";
import { VaultboxError } from "../../base/errors.ts";
import type { Paint } from "../../base/paint.ts";
import { canPrompt, printJson, printLines } from "../output.ts";

/** Whether a claim held; in a narrow terminal behind its heading. */
const heldPaints: readonly Paint[] = [
  { pattern: /^(?:HELD {2,})?(yes)(?: |$)/d, style: "green" },
  { pattern: /^(?:HELD {2,})?(NO)(?: |$)/d, style: "red" },
];

export function buildCommand(): Command {
  return new Command("demo")
    .summary("try on this machine what vaultbox promises")
    .description(
      "try on this machine what vaultbox promises: a real agent in the sandbox, a local stand-in of its API, a random secret",
    )
    .option("--yes", "install and start what is missing without asking")
    .option("--json", "print the claims as one JSON document, and no transcript")
    .addHelpText(
      "after",
      "\nAsks on a terminal before it installs or starts anything. Exits with 1 unless\nevery claim held.\n\nExample:\n  vaultbox demo",
    )
    .action(demo);
}

async function demo(flags: { readonly yes?: boolean; readonly json?: boolean }): Promise<void> {
  const { runDemo } = await import("../../demo/demo.ts");
  const { confirm } = await import("../vault-access.ts");
  const { toTable } = await import("../table.ts");
  // Without a terminal there is nobody to ask, and whoever starts a demo there wants it to run
  const yes = flags.yes === true || process.env["CI"] === "true" || !canPrompt();
  const claims = await runDemo({
    confirm: (question) => confirm(question, { yes }),
    onLine: flags.json === true ? () => undefined : (line) => printLines([line]),
  });
  const failed = claims.filter(({ held }) => !held);
  if (flags.json === true) printJson({ claims });
  else {
    const rows = claims.map((one) => [one.held ? "yes" : "NO", one.claim, one.evidence]);
    printLines(["", ...toTable(["held", "claim", "evidence"], rows)], heldPaints);
  }
  if (failed.length === 0) return;
  throw new VaultboxError(
    "VBX_DEMO_FAILED",
    `${failed.length} of ${claims.length} claims did not hold`,
    {
      hints: [
        "the transcript above says why; for a look at the whole installation: vaultbox doctor",
      ],
    },
  );
}
