import type { Authority } from "../../http/authority.ts";
import { toAuthorityText } from "../../http/authority.ts";
import { Refusal } from "../../http/refusal.ts";
import type { HandlerTools, OwnResponse } from "../../http/handler.ts";
import { readWholeAnswer } from "../whole-answer.ts";
import type { Hold } from "../../http/hold.ts";

/** Bytes of GitLab's description of a project. */
export const maxProjectBytes = 1024 * 1024;

/** Projects that are remembered: as many as a session's entries name. */
const maxRemembered = 256;

/** The numbers of projects, for requests that name one by path and another by number. */
export interface GitlabProjects {
  /**
   * The number of a project, asked once.
   * @param place where to ask, and what holds the answer while it's read
   * @param rule label of the rule that the question serves
   * @throws Refusal
   */
  readonly idOf: (
    place: { readonly authority: Authority; readonly repository: string; readonly hold: Hold },
    rule: string,
  ) => Promise<number>;
}

/** Remembers for the session: a project keeps its number. */
export function createGitlabProjects({ send }: HandlerTools): GitlabProjects {
  const remembered = new Map<string, number>();
  return {
    idOf: async ({ authority, repository, hold }, rule) => {
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
      const id = response.head.status === 200 ? await readId(response, hold) : undefined;
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

async function readId(response: OwnResponse, hold: Hold): Promise<number | undefined> {
  const answer = await readWholeAnswer(response, maxProjectBytes, hold);
  if (answer === undefined) return undefined;
  try {
    const project: unknown = JSON.parse(answer.toString("utf8"));
    const id =
      typeof project === "object" && project !== null && "id" in project ? project.id : undefined;
    return typeof id === "number" && Number.isSafeInteger(id) ? id : undefined;
  } catch {
    // Not JSON: no number
    return undefined;
  }
}
