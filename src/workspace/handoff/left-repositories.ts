import { join } from "node:path";
import { readGitDirViews } from "../git-dir/views/read-views.ts";
import type { Danger } from "../git-dir/inspect/inspection.ts";
import type { Found, InspectedGitDir } from "./found.ts";
import type { HandoffEntry, HandlingOptions, HandoffOptions } from "./handoff.ts";
import { toTold } from "../roots/mounted-root.ts";
import { isNameable } from "../protect/nameable.ts";
import { disablePlace, disableGitDir, toDisabledText, type Hold } from "./disable-git-dir.ts";
import { unfinished } from "../git-dir/inspect/inspect-git-folder.ts";
import { toReason } from "../scan-budget.ts";

const kind = "repositories";

/**
 * The repositories that are new, or not as they were. One that could make the host's git run something is disabled:
 * renamed, so that git doesn't find it; so is one that could not be looked at.
 * @param options with a budget for what is done about them
 */
export async function reportRepositories(
  examined: readonly InspectedGitDir[],
  options: HandlingOptions,
): Promise<readonly HandoffEntry[]> {
  const entries: HandoffEntry[] = [];
  const isUnseen = ({ findings }: InspectedGitDir): boolean => findings.unseen !== undefined;
  // The innermost first: what is around one may be renamed next. What is known to be dangerous before all others.
  const inner = examined.toSorted((a, b) => b.gitDir.names.length - a.gitDir.names.length);
  for (const one of [...inner.filter((each) => !isUnseen(each)), ...inner.filter(isUnseen)]) {
    await options.budget.turn();
    const entry = await report(one, options);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

async function report(
  one: InspectedGitDir,
  options: HandlingOptions,
): Promise<HandoffEntry | undefined> {
  const { known, path, findings } = one;
  const { unseen, dangers } = findings;
  if (unseen !== undefined) {
    const why = `could not be looked at: ${toReason(unseen)}`;
    // Whoever ends the look knows of it; the user's own repository stays where it is
    const isLeft = unseen === "signal" && known !== undefined;
    return await toEntry(one, { why, own: [], isLeft }, options);
  }
  const own = dangers.filter(({ id }) => known?.dangers.includes(id) !== true);
  // The next start could not protect it, and would be refused because of it
  const isBarred = known === undefined && !isNameable([options.root.target, path].join("/"));
  if (own.length === 0 && isBarred) own.push({ text: "is where no mount can be", id: "" });
  if (own.length === 0) {
    // The fingerprint is of what is in it, and a danger may be of what isn't
    if (known?.fingerprint === findings.fingerprint) return undefined;
    const told = toTold(options.root, path);
    return { change: known === undefined ? "new" : "changed", kind, path: told };
  }
  const reasons = own.slice(0, 4).map(({ text }) => text);
  if (own.length > reasons.length) reasons.push(`and ${own.length - reasons.length} more`);
  return await toEntry(one, { why: reasons.join(", "), own, isLeft: false }, options);
}

interface Verdict {
  readonly why: string;
  readonly own: readonly Danger[];
  readonly isLeft: boolean;
}

async function toEntry(
  one: InspectedGitDir,
  { why, own, isLeft }: Verdict,
  options: HandlingOptions,
): Promise<HandoffEntry> {
  const path = toTold(options.root, one.path);
  const sharer = findSharer(one, own, options);
  if (sharer !== undefined) {
    const place = join(options.root.source, ...one.gitDir.names);
    options.onDanger({ place, kind: "repository", known: one.known, root: options.root.source });
    const later = `session ${sharer} works there, and holds it when it ends`;
    return { change: "dangerous", kind, path, detail: `${why}; ${later}` };
  }
  const isTried = options.protect !== "none" && !isLeft && options.budget.ended() === undefined;
  const holds = isTried ? await hold(one, own, options) : [];
  const isDisabled = holds.length > 0 && holds.every((each) => each.isDisabled);
  if (!isDisabled && !isLeft) {
    const places = [
      one.gitDir.names,
      ...holds.flatMap(({ taken }) => (taken === undefined ? [] : [taken.names])),
    ];
    for (const names of places) {
      const place = join(options.root.source, ...names);
      options.onDanger({ place, kind: "repository", known: one.known, root: options.root.source });
    }
  }
  const done = holds
    .map((each) => toDisabledText(each, options.root))
    .filter((text) => text !== "");
  return {
    change: isDisabled ? "disabled" : "dangerous",
    kind,
    path,
    detail: [why, ...done].join("; "),
  };
}

/** Whether another session may be in the middle of just that: a rebase of its own must not lose its state. */
function findSharer(
  { gitDir }: InspectedGitDir,
  own: readonly Danger[],
  { root, protect, findSharer: find }: HandlingOptions,
): string | undefined {
  const isUnfinished = own.every(({ place = "" }) => unfinished.includes(place));
  if (protect === "none" || own.length === 0 || !isUnfinished) return undefined;
  return find(join(root.source, ...gitDir.names));
}

/** Of the user's own repository no more than needed is taken away. */
async function hold(
  { gitDir, known, findings }: InspectedGitDir,
  own: readonly Danger[],
  { root: { folder: root }, budget }: HandlingOptions,
): Promise<readonly Hold[]> {
  const places = [...new Set(own.flatMap(({ place }) => place ?? []))];
  const isInPlaces = own.length > 0 && own.every(({ place }) => place !== undefined);
  if (known === undefined || !isInPlaces)
    return [await disableGitDir(root, gitDir, { isSeen: findings.isPart !== true, budget })];
  return places.map((place) => disablePlace(root, [...gitDir.names, ...place.split("/")]));
}

/** What a run left that makes git show something else, with the command that shows what is there. */
export async function inspectViews(
  { baseline, scan }: Found,
  { root, budget }: HandoffOptions,
): Promise<readonly HandoffEntry[]> {
  const entries: HandoffEntry[] = [];
  for (const gitDir of scan.repositories) {
    if (!(await budget.turn())) break;
    const path = gitDir.names.join("/");
    const known = baseline.repositories.get(path)?.views ?? {};
    const { views } = await readGitDirViews(root.folder, gitDir, { budget, known });
    for (const { id, state, text, command } of views) {
      if (known[id] === state) continue;
      const change = known[id] === undefined ? "new" : "changed";
      const detail = `${text}; to see what is there: ${command}`;
      entries.push({ change, kind: "what git shows", path: toTold(root, path), detail });
    }
  }
  return entries;
}
