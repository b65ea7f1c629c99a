import { quoted } from "../base/printable.ts";
import { readList, readMap, readShaped, readString, report, type Field } from "./file/fields.ts";

/** `image:` of the project file, or what flags say: what a sandbox's image is made of. */
export interface ImageSettings {
  /** An image of the user's own; undefined for vaultbox's base */
  readonly from?: string | undefined;
  /** Packages of the distribution, added on top */
  readonly packages: readonly string[];
  /** Packages for npm, added on top */
  readonly npm: readonly string[];
}

export const imageKeys = ["from", "packages", "npm"] as const;
/** Tools of one kind in one image */
export const maxTools = 100;

export const imageShape = /^[A-Za-z0-9][\w.:/@-]{0,254}$/;
/**
 * A name of Debian's or Alpine's packages, and its version. Never an option, and no mark of apt's for another action: a
 * name that ends in `-` would remove the package.
 */
export const packageShape =
  /^[a-z0-9][a-z0-9+._-]{0,98}[a-z0-9+](?:=[A-Za-z0-9][A-Za-z0-9.+~:-]{0,62})?$/;
/** A name in the npm registry, and a version, range of one, or tag; no address, alias or folder. */
export const npmShape =
  /^(?:@[a-z0-9~-][a-z0-9._~-]{0,99}\/)?[a-z0-9~][a-z0-9._~-]{0,99}(?:@[~^]?[A-Za-z0-9][A-Za-z0-9.+-]{0,62})?$/;

/** Why this can't be a package of the kind, or undefined. */
export function findToolFault(kind: "packages" | "npm", name: string): string | undefined {
  const [shape, example] =
    kind === "packages"
      ? [packageShape, "gh or gh=2.23.0-1, as apt or apk call it"]
      : [npmShape, "pnpm, @scope/name or typescript@5"];
  return shape.test(name) ? undefined : `${quoted(name, 100)} is no name of a package; ${example}`;
}

/** Reads `image: NAME`, or a mapping of what it is made of. */
export function parseImage(field: Field): ImageSettings {
  if (field.value.kind !== "mapping") return { from: readFrom(field), packages: [], npm: [] };
  const { from, packages, npm } = readMap(field, imageKeys) ?? {};
  return {
    from: readFrom(from),
    packages: readTools(packages, "packages"),
    npm: readTools(npm, "npm"),
  };
}

function readFrom(field: Field | undefined): string | undefined {
  return readShaped(field, imageShape, "not a valid name");
}

function readTools(field: Field | undefined, kind: "packages" | "npm"): readonly string[] {
  const read = (item: Field): string | undefined => {
    const name = readString(item);
    const fault = name === undefined ? undefined : findToolFault(kind, name);
    return fault === undefined ? name : report(item, fault);
  };
  const tooMany = `write ${maxTools} packages at most`;
  return readList(field, read, { max: maxTools, tooMany }) ?? [];
}

/** The image of the first place that names one, with the tools of all. */
export function mergeImages(
  ...parts: readonly (Partial<ImageSettings> | undefined)[]
): ImageSettings {
  return {
    from: parts.find((part) => part?.from !== undefined)?.from,
    packages: [...new Set(parts.flatMap((part) => part?.packages ?? []))],
    npm: [...new Set(parts.flatMap((part) => part?.npm ?? []))],
  };
}

/** As a person reads it: `mytools, with gh, golang, npm pnpm`. */
export function describeImage({ from, packages, npm }: ImageSettings): string {
  const tools = [...packages, ...npm.map((name) => `npm ${name}`)].join(", ");
  const ground = from ?? "vaultbox's own";
  return tools === "" ? ground : `${ground}, with ${tools}`;
}
