import type { Authority } from "../../authority.ts";
import { toAuthorityText } from "../../authority.ts";
import { Refusal } from "../../refusal.ts";
import type { DoorTools } from "../door.ts";

/** Bytes of GitLab's description of a project. */
export const maxProjectBytes = 1024 * 1024;

/** Projects that are remembered: as many as a session's entries name. */
const maxRemembered = 256;

/** The numbers of projects, for requests that name one by path and another by number. */
export interface GitlabProjects {
  /**
   * The number of a project, asked once.
   * @param rule label of the rule that the question serves
   * @throws Refusal
   */
  readonly idOf: (
    place: { readonly authority: Authority; readonly repository: string },
    rule: string,
  ) => Promise<number>;
}

/** Remembers for the session: a project keeps its number. */
export function createGitlabProjects({ send }: DoorTools): GitlabProjects {
  const remembered = new Map<string, number>();
  return {
    idOf: async ({ authority, repository }, rule) => {
      const key = `${toAuthorityText(authority)}/${repository.toLowerCase()}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      await using response = await send({
        authority,
        method: "GET",
        target: `/api/v4/projects/${encodeURIComponent(repository)}`,
        headers: [
          ["Accept", "application/json"],
          ["Accept-Encoding", "identity"],
        ],
        repository,
        rule,
        check: "project",
      });
      const id = response.head.status === 200 ? await readId(response.next) : undefined;
      if (id === undefined) {
        throw new Refusal(
          502,
          "upstream-invalid",
          "GitLab did not say which number the project has",
        );
      }
      if (remembered.size < maxRemembered) remembered.set(key, id);
      return id;
    },
  };
}

async function readId(next: () => Promise<Buffer | undefined>): Promise<number | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    size += piece.length;
    if (size > maxProjectBytes) return undefined;
    pieces.push(piece);
  }
  try {
    const project: unknown = JSON.parse(Buffer.concat(pieces).toString("utf8"));
    const id =
      typeof project === "object" && project !== null && "id" in project ? project.id : undefined;
    return typeof id === "number" && Number.isSafeInteger(id) ? id : undefined;
  } catch {
    // Not JSON: no number
    return undefined;
  }
}
