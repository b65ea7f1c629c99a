// What the shells' scripts ask. Nothing is printed but words of plain letters, and an error is no line on the user's prompt.
import { printLines } from "../output.ts";
import { buildProgram } from "../program.ts";
import { propose, type Proposal } from "./propose.ts";

/**
 * Needs no `checkEnvironment`: it reads names in vaultbox's own folders and in this program, no secret and no file of the
 * project, and runs nothing. Names that something else put there are plain letters, or aren't proposed.
 *
 * @param words those after `vaultbox`, up to the one at the cursor
 */
export async function printProposal(words: readonly string[]): Promise<void> {
  try {
    printLines(toProposalLines(await propose(await buildProgram(words), words)));
  } catch {
    // Completion proposes nothing then; the command itself says what is wrong
  }
}

/** First the kind, then a candidate a line, with its description after two spaces. */
function toProposalLines(proposal: Proposal): readonly string[] {
  switch (proposal.kind) {
    case "words":
      return [
        "words",
        ...proposal.candidates.map(({ value, description }) =>
          description === "" ? value : `${value}  ${description}`,
        ),
      ];
    case "files":
    case "folders":
    case "programs":
      return [proposal.kind];
  }
}
