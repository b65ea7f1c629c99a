import type { Folder } from "../../../files/beneath.ts";
import type { Scan } from "../scan/scan.ts";
import { examineUnit } from "../unit/examine-unit.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import type { Danger } from "../unit/unit-look.ts";
import { wasThere, type Baseline } from "./baseline.ts";
import type { HandoffEntry, HandoffOptions } from "./handoff.ts";
import { holdPlace, holdUnit } from "./hold-unit.ts";

/**
 * The repositories that are new, or not as they were. One that could make the host's git run something is held:
 * renamed, so that git doesn't find it.
 */
export async function inspectRepositories(
  baseline: Baseline,
  scan: Scan,
  options: HandoffOptions,
): Promise<readonly HandoffEntry[]> {
  const entries: HandoffEntry[] = [];
  // The innermost first: what is around one may be renamed next
  for (const unit of withKnown(scan, baseline).toReversed()) {
    const entry = await inspectUnit(baseline, unit, options);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** What was there before is looked at also when a limit ended the walk before it came there. */
function withKnown(
  { complete, repositories }: Scan,
  baseline: Baseline,
): readonly RepositoryUnit[] {
  if (complete) return repositories;
  const found = new Set(repositories.map(({ names }) => names.join("/")));
  const missed = [...baseline.repositories].filter(([path]) => !found.has(path));
  const units = missed.map(([path, { shape }]) => ({
    names: path.split("/").filter((name) => name !== ""),
    shape,
  }));
  return [...repositories, ...units];
}

async function inspectUnit(
  baseline: Baseline,
  unit: RepositoryUnit,
  { root, workspace, protect }: HandoffOptions,
): Promise<HandoffEntry | undefined> {
  const path = unit.names.join("/");
  const known = baseline.repositories.get(path);
  const { fingerprint, dangers, newest } = await examineUnit(root, unit, workspace);
  if (known?.fingerprint === fingerprint) return undefined;
  const kind = "repositories";
  if (known === undefined && wasThere(baseline, unit, newest)) return undefined;
  const own = dangers.filter(({ id }) => known?.dangers.includes(id) !== true);
  if (own.length === 0) {
    return { change: known === undefined ? "new" : "changed", kind, path };
  }
  const why = own.slice(0, 4).map(({ text }) => text);
  if (own.length > why.length) why.push(`and ${own.length - why.length} more`);
  const held = protect === "none" ? [] : hold(root, unit, { own, isKnown: known !== undefined });
  return held.length === 0
    ? { change: "dangerous", kind, path, detail: why.join(", ") }
    : { change: "held", kind, path, detail: `${why.join(", ")}; it is ${held.join(", ")} now` };
}

/** Of the user's own repository no more than needed is taken away. */
function hold(
  root: Folder,
  unit: RepositoryUnit,
  { own, isKnown }: { readonly own: readonly Danger[]; readonly isKnown: boolean },
): readonly string[] {
  const places = [...new Set(own.flatMap(({ place }) => place ?? []))];
  const isInPlaces = own.every(({ place }) => place !== undefined);
  if (!isKnown || !isInPlaces) return [holdUnit(root, unit) ?? []].flat();
  return places.flatMap((place) => holdPlace(root, [...unit.names, ...place.split("/")]) ?? []);
}
