import { type CraftedPush, readAnswer, sendPush } from "../../support/git-wire.ts";
import { readGitBytes } from "../../support/git.ts";
import type { CaseWorld, PushOutput } from "./push-table.ts";

type Ids = CaseWorld["ids"];

export interface Crafting {
  /** Revisions of the pack, as of git-rev-list(1); undefined: no pack */
  readonly revisions?: (ids: Ids) => readonly string[];
  readonly thin?: boolean;
  readonly alterPack?: (pack: Buffer) => Buffer;
  readonly push: (ids: Ids, repository: string) => CraftedPush;
}

/** A push whose bytes are made here. */
export function crafted(crafting: Crafting): (world: CaseWorld) => Promise<PushOutput> {
  return async ({ ids, folder, proxy, repository }) => {
    const revisions = crafting.revisions?.(ids);
    const thin = crafting.thin === true ? ["--thin", "--delta-base-offset"] : [];
    const whole =
      revisions === undefined
        ? undefined
        : await readGitBytes(["pack-objects", "--revs", "--stdout", "--quiet", ...thin], {
            cwd: folder,
            input: `${revisions.join("\n")}\n`,
          });
    const pack = whole && (crafting.alterPack?.(whole) ?? whole);
    const push = crafting.push(ids, repository);
    const sent = { ...(pack === undefined ? {} : { pack }), ...push };
    const text = readAnswer(await sendPush(proxy.proxy, repository, sent));
    const isDone = /^HTTP 200\nunpack ok$/m.test(text) && !/^ng /m.test(text);
    return { status: isDone ? 0 : 1, text };
  };
}
