import { readFileSync } from "node:fs";

/** A sentence of the guarantees in docs/security.md and what shows it. */
export interface Guarantee {
  /** How the sentence begins; no other one begins so */
  readonly sentence: string;
  readonly tests: readonly {
    /** Beneath `test/` */
    readonly file: string;
    /** How its title begins */
    readonly title: string;
  }[];
}

/** One row for each sentence; a test fails when there is a sentence without one, or the other way round. */
export function readGuaranteeRows(): readonly Guarantee[] {
  const text = readFileSync(new URL("guarantees.json", import.meta.url), "utf8");
  return JSON.parse(text) as readonly Guarantee[];
}

/** The sentences of the page's guarantees, each on one line, under their headings. */
export function readGuarantees(
  page: string,
): readonly { readonly heading: string; readonly sentence: string }[] {
  const section = page.split("\n## ").find((text) => text.startsWith("Guarantees\n")) ?? "";
  return section.split(/\n\*\*(?=[A-Z])/).flatMap((part) => {
    const [heading = "", ...rest] = part.split("**\n");
    return rest
      .join("")
      .split("\n- ")
      .slice(1)
      .map((text) => ({ heading, sentence: text.trim().replaceAll(/\s*\n\s*/g, " ") }));
  });
}

/** The table for docs/guarantees.md. */
export function toGuaranteesTable(page: string): string {
  const rows = readGuaranteeRows();
  const lines = ["| | guarantee | shown by |", "|---|---|---|"];
  for (const { heading, sentence } of readGuarantees(page)) {
    const row = rows.find((one) => sentence.startsWith(one.sentence));
    const shown = (row?.tests ?? []).map(({ file, title }) => `\`${file}\`: ${title.trim()} …`);
    lines.push(`| ${heading} | ${sentence.replaceAll("|", "\\|")} | ${shown.join("<br>")} |`);
  }
  return lines.join("\n");
}
