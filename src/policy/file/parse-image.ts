import { findToolFault, imageKeys, imageShape, maxTools } from "../image-settings.ts";
import type { ImageSettings } from "../image-settings.ts";
import { readList, readMap, readString, report, type Field, type FileReader } from "./fields.ts";

/** `image: NAME`, or a mapping of what it is made of. */
export function parseImage(reader: FileReader, field: Field): ImageSettings {
  if (field.value.kind !== "mapping") return { ...readFrom(reader, field), packages: [], npm: [] };
  const fields = readMap(reader, field, imageKeys) ?? {};
  return {
    ...(fields.from === undefined ? {} : readFrom(reader, fields.from)),
    packages: fields.packages === undefined ? [] : readTools(reader, fields.packages, "packages"),
    npm: fields.npm === undefined ? [] : readTools(reader, fields.npm, "npm"),
  };
}

function readFrom(reader: FileReader, field: Field): { readonly from?: string } {
  const from = readString(reader, field);
  if (from === undefined) return {};
  if (imageShape.test(from)) return { from };
  report(reader, field, "not a valid name");
  return {};
}

function readTools(reader: FileReader, field: Field, kind: "packages" | "npm"): readonly string[] {
  const items = readList(reader, field) ?? [];
  if (items.length > maxTools) report(reader, field, `write ${maxTools} packages at most`);
  return items.flatMap((item) => {
    const name = readString(reader, item);
    const fault = name === undefined ? undefined : findToolFault(kind, name);
    if (fault === undefined) return name ?? [];
    report(reader, item, fault);
    return [];
  });
}
