// A rule of oxlint: each import of src/ is one that the table in docs/architecture.md allows. oxlint has no
// import/no-restricted-paths yet (oxc-project/oxc#13789), and no-restricted-imports sees the text of an import only.
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findImportFault, readRooms } from "./rooms.ts";

interface Import {
  readonly source?: { readonly value?: unknown } | null;
}

interface Context {
  readonly filename: string;
  report(problem: { node: Import; message: string }): void;
}

const sources = fileURLToPath(new URL("../../src/", import.meta.url));
const rooms = readRooms();

function create(context: Context): Record<string, (node: Import) => void> {
  const file = relative(sources, context.filename).replaceAll("\\", "/");
  const check = (node: Import): void => {
    const specifier = node.source?.value;
    if (typeof specifier !== "string") return;
    const message = findImportFault(rooms, file, specifier);
    if (message !== undefined) context.report({ node, message });
  };
  return {
    ImportDeclaration: check,
    ImportExpression: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
    TSImportType: check,
  };
}

export default { meta: { name: "vaultbox" }, rules: { rooms: { create } } };
