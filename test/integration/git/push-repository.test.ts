import { crafted } from "./crafted-push.ts";
import { serverRule } from "../../support/git-proxy.ts";
import { type CraftedPush, pushBody, readAnswer, sendRaw } from "../../support/git-wire.ts";
import { type CaseWorld, type PushCase, describePushes } from "./push-table.ts";

const x = "refs/heads/agent/x";
const main = "refs/heads/main";
type Ids = CaseWorld["ids"];

const revisions = (ids: Ids) => [ids.work3, `^${ids.work2}`];
const updates = (ids: Ids): CraftedPush["updates"] => [{ from: ids.work2, to: ids.work3, ref: x }];

/** A push to `widgets` by a path that begins with the repository that is allowed, or looks like it. */
function byPath(path: string, more: Partial<PushCase> = {}): PushCase {
  return {
    name: `the path ${path} doesn't lead to another repository`,
    rule: "unnamed",
    push: crafted({
      revisions,
      push: (ids, repository) => ({
        updates: updates(ids),
        path: path.replaceAll("OWNER", repository.split("/")[0] ?? ""),
      }),
    }),
    says: [/./],
    ...more,
  };
}

/** A push by a request that isn't git's own. */
function byRequest(method: "GET" | "POST", suffix: string, more: Partial<PushCase> = {}): PushCase {
  return {
    name: `${method} ${suffix} pushes nothing`,
    push: async ({ ids, repository, proxy }) => {
      const text = readAnswer(
        await sendRaw(proxy.proxy, {
          method,
          path: `/${repository}.git/${suffix}`,
          headers: { "content-type": "application/x-git-receive-pack-request" },
          body: pushBody({ updates: [{ from: ids.work2, to: ids.main2, ref: x }] }),
        }),
      );
      return { status: text.startsWith("HTTP 200\nunpack ok") ? 0 : 1, text };
    },
    says: [/./],
    ...more,
  };
}

const cases: readonly PushCase[] = [
  byPath("/OWNER/widgets.git/git-receive-pack", {
    name: "a push request without the question before it is refused in a repository that isn't named",
    unchecked: { [x]: "work3" },
    says: [/^HTTP 403\nvaultbox: /],
  }),
  byPath("/OWNER/widgets/git-receive-pack", {
    name: "the same without .git",
    unchecked: { [x]: "work3" },
    says: [/^HTTP 403\nvaultbox: /],
  }),
  byPath("/OWNER/gadgets.git/../widgets.git/git-receive-pack"),
  byPath("/OWNER/gadgets.git/%2e%2e/widgets.git/git-receive-pack"),
  byPath("/OWNER/gadgets.git/.%2e/widgets.git/git-receive-pack"),
  byPath("/OWNER/gadgets.git%2f..%2fwidgets.git/git-receive-pack"),
  byPath("/OWNER/gadgets.git/..%5cwidgets.git/git-receive-pack"),
  byPath("/OWNER/gadgets.git/..;/widgets.git/git-receive-pack"),
  byPath("/OWNER/gadgets.git//../widgets.git/git-receive-pack"),
  byPath("/OWNER//widgets.git/git-receive-pack", { unchecked: { [x]: "work3" } }),
  byPath("/OWNER/./widgets.git/git-receive-pack", { unchecked: { [x]: "work3" } }),
  byPath("//OWNER/widgets.git/git-receive-pack"),
  byPath("/OWNER/gadgets/widgets.git/git-receive-pack"),
  byPath("/OWNER/widgets.git/git-receive-pack?/OWNER/gadgets.git/git-receive-pack", {
    unchecked: { [x]: "work3" },
  }),
  byPath("/OWNER/widgets.git/git-receive%2dpack", { unchecked: { [x]: "work3" } }),
  byPath("/OWNER/widgets%2egit/git-receive-pack", { unchecked: { [x]: "work3" } }),
  byPath("/OWNER/WIDGETS.git/git-receive-pack"),
  byPath("/OWNER/widgets.git%00/git-receive-pack"),
  {
    name: "the URL without .git is the same repository",
    push: ({ push, url }) => push([url.replace(/\.git$/, ""), "agent/x"]),
    after: { [x]: "work3" },
  },
  {
    name: "the URL with a slash at its end is the same repository",
    push: ({ push, url }) => push([url.replace(/\.git$/, "/"), "agent/x"]),
    after: { [x]: "work3" },
  },
  {
    name: "the URL without .git leads to the same refusal",
    local: { [main]: "mergeFromMain" },
    push: ({ push, url }) => push([url.replace(/\.git$/, ""), "main"]),
    unchecked: { [main]: "mergeFromMain" },
  },
  {
    name: "the entry's name is compared without case where the forge does so",
    rule: (repository) => serverRule(repository.toUpperCase(), {}, { forge: "gitea" }),
    push: ["URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "on an unknown server another case may be another repository",
    rule: (repository) => serverRule(repository.toUpperCase(), {}),
    push: ["URL", "agent/x"],
    unchecked: { [x]: "work3" },
  },
  {
    name: "OWNER/* covers the owner's repositories",
    rule: (repository) => serverRule(repository.replace("/widgets", "/*"), {}),
    push: ["URL", "agent/x"],
    after: { [x]: "work3" },
  },
  {
    name: "OWNER/* of an owner whose name begins alike covers nothing",
    rule: (repository) => serverRule(`${repository[0] ?? ""}/*`, {}),
    push: ["URL", "agent/x"],
    unchecked: { [x]: "work3" },
  },
  {
    name: "an entry for another host covers nothing here",
    rule: (repository) => serverRule(repository, {}, { host: "other.example.test" }),
    push: ["URL", "agent/x"],
    unchecked: { [x]: "work3" },
  },
  {
    name: "an entry for another port covers nothing here",
    rule: (repository) => serverRule(repository, {}, { port: 8443 }),
    push: ["URL", "agent/x"],
    unchecked: { [x]: "work3" },
  },
  {
    name: "a push request straight to a repository that may only be read is refused",
    rule: "read",
    push: crafted({ revisions, push: (ids) => ({ updates: updates(ids) }) }),
    unchecked: { [x]: "work3" },
    says: [/^HTTP 403\nvaultbox: refused to push/],
  },
  byRequest("POST", "git-receive-pack?x=1"),
  byRequest("POST", "info/refs?service=git-receive-pack"),
  byRequest("GET", "git-receive-pack"),
  byRequest("POST", "git-upload-pack"),
];

describePushes({
  title: "no push reaches a repository that no entry names, whatever its path looks like",
  score: "receive-pack to repositories that no entry names",
  cases,
});
