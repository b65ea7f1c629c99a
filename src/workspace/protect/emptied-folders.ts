import type { MountDraft } from "./mount-draft.ts";

/** The same without what lies in a folder that is shown empty: nothing is there that a mount could be made over. */
export function withoutEmptied(draft: MountDraft): MountDraft {
  const emptied = new Set(draft.emptied.map((names) => names.join("/")));
  if (emptied.size === 0) return draft;
  const isOutside = (names: readonly string[]): boolean =>
    !names.some((_, index) => emptied.has(names.slice(0, index).join("/")));
  const toOutside = <T>(mounts: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...mounts].filter(([key]) => !emptied.has(key) && isOutside(key.split("/"))));
  const { special, unlisted } = draft.special;
  return {
    ...draft,
    own: toOutside(draft.own),
    copies: toOutside(draft.copies),
    logs: toOutside(draft.logs),
    emptied: draft.emptied.filter(isOutside),
    emptiedTrees: draft.emptiedTrees.filter(isOutside),
    mountPoints: draft.mountPoints.filter(({ names }) => isOutside(names)),
    special: {
      ...draft.special,
      special: special.filter(isOutside),
      unlisted: unlisted.filter(isOutside),
    },
  };
}
