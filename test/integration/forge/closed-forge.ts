// Stand-ins for forges with one repository that must not be read, however it is asked for.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitRule } from "../../../src/git/entry/git-rule.ts";
import { compileGitRules } from "../../../src/git/entry/git-rules.ts";
import { openGitHandlers } from "../../../src/git/git-handlers.ts";
import {
  type ForgeAnswer,
  type ForgeRequest,
  type ForgeStandin,
  startForgeProxy,
  startForgeStandin,
} from "../../support/forge-standin.ts";
import type { ProxyFixture } from "../../support/proxy-fixture.ts";

/** Stands in every answer that shows something of the closed repository. */
export const canary = "canary-of-the-closed-repository";

export const closedHosts = [
  "github.com",
  "www.github.com",
  "api.github.com",
  "codeload.github.com",
  "raw.githubusercontent.com",
  "media.githubusercontent.com",
  "patch-diff.githubusercontent.com",
  "ghe.example",
  "raw.ghe.example",
  "gitlab.example.test",
  "gitea.example.test",
  "git.example.test",
  "bitbucket.org",
  "api.bitbucket.org",
] as const;

interface Described {
  readonly id: number;
  readonly name: string;
  /** What it is a fork of */
  readonly root?: string;
}

const repositories: readonly Described[] = [
  { id: 7, name: "acme/secret" },
  { id: 8, name: "acme/open" },
  { id: 9, name: "acme/widgets" },
  { id: 10, name: "eve/fork", root: "acme/secret" },
];
/** Repositories that show the closed one's content: itself, under a former name, and its forks. */
const showing: ReadonlySet<string> = new Set(["acme/secret", "acme/former", "eve/fork"]);

/** Answers as forges do: whatever isn't about one other repository or an account shows the closed one too. */
export function startClosedForge(): Promise<ForgeStandin> {
  return startForgeStandin(closedHosts, answer);
}

function answer({ host, url: target, body }: ForgeRequest): ForgeAnswer {
  const url = new URL(target, `https://${host}`);
  const moved = /^(.*\/(?:repos|projects)\/)acme(?:\/|%2F)former$/i.exec(url.pathname)?.[1];
  if (moved !== undefined) {
    const place = moved.replace(/\/repos\/$/, "/repositories/");
    return { status: 301, headers: { location: `https://${url.host}${place}7` }, text: "{}" };
  }
  const described = findDescribed(url.pathname);
  const isUnknown =
    /^(?:\/api\/v[13])?\/repos\/[^/]+\/[^/]+$|^\/api\/v4\/projects\/[^/]+$|^\/2\.0\/repositories\/[^/]+\/[^/]+$/.test(
      url.pathname,
    );
  if (described === undefined && isUnknown) return { status: 404, text: "{}" };
  const isGraphql = url.pathname.endsWith("/graphql");
  const isShown = isGraphql ? /secret|former|fork/.test(body) : shows(url);
  const text = isShown ? canary : "free";
  return { text: JSON.stringify({ ...toDescription(described), text }) };
}

function findDescribed(path: string): Described | undefined {
  const decoded = decodeURIComponent(path);
  const number = /^\/(?:api\/v3\/)?(?:repositories|api\/v4\/projects)\/(\d+)(?=\/|$)/.exec(
    decoded,
  )?.[1];
  return repositories.find(
    ({ id, name }) =>
      String(id) === number ||
      decoded
        .toLowerCase()
        .split(/(?=\/)/)
        .join("")
        .includes(`/${name}`),
  );
}

function toDescription(described: Described | undefined): object {
  if (described === undefined) return {};
  const { id, name, root } = described;
  const origin = root === undefined ? undefined : { full_name: root, path_with_namespace: root };
  return {
    id,
    full_name: name,
    path_with_namespace: name,
    fork: root !== undefined,
    parent: origin,
    source: origin,
    forked_from_project: origin,
  };
}

/** Accounts and what belongs to nobody show no repository. */
const free =
  /^(?:\/api\/v[34])?\/(?:user|users\/[^/]+|rate_limit|version|login\/oauth\/access_token|gists)$/;

function shows({ pathname, searchParams }: URL): boolean {
  const place = findDescribed(pathname);
  if (place !== undefined) return showing.has(place.name) || /timeline|forks/.test(pathname);
  const decoded = decodeURIComponent(pathname);
  if (/\/acme\/former/i.test(decoded)) return true;
  if (/\/repos\/nobody\/nothing/.test(decoded) || free.test(pathname)) return false;
  const terms = (searchParams.get("q") ?? "").split(" ").filter((term) => term.startsWith("repo:"));
  return terms.length !== 1 || /secret|former|fork/.test(terms[0] ?? "");
}

/** A proxy with all handlers of a session in front of the stand-in. */
export async function startClosedProxy(
  standin: ForgeStandin,
  git: readonly GitRule[],
  rules: readonly string[] = closedHosts.map((host) => `* https://${host}/**`),
): Promise<ProxyFixture> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-closed-"));
  const handlers = openGitHandlers({ policy: compileGitRules(git), stateFolder: folder });
  const proxy = await startForgeProxy({ standin, git, rules }, { hosts: closedHosts, handlers });
  return {
    ...proxy,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
