import { describe, expect, test } from "vitest";
import { sendCall, type ApiCall } from "../../support/api-call.ts";
import { serverRule, openGitProxy } from "../../support/git-proxy.ts";
import { gitHost, startGitServer } from "../../support/git-server.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const root = `https://${gitHost}`;
const pack = (service: string) => ({ "Content-Type": `application/x-${service}-request` });

function to(line: string, body?: string, headers?: ApiCall["headers"]): ApiCall {
  const [method = "", path = ""] = line.split(" ");
  return {
    title: line,
    line: `${method} ${root}${path}`,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** Below a repository, but not as git's clients ask for it. */
const odd: readonly ApiCall[] = [
  to("POST /acme/widgets.git/git-receive-pack/", "0000", pack("git-receive-pack")),
  to("POST /acme/widgets.git/Git-Receive-Pack", "0000", pack("git-receive-pack")),
  to("POST /acme/widgets/GIT-RECEIVE-PACK", "0000", pack("git-receive-pack")),
  to("POST /acme/widgets/git-receive-pack;x", "0000", pack("git-receive-pack")),
  to("POST /acme/widgets.GIT/git-receive-pack.json", "0000", pack("git-receive-pack")),
  to("POST /Acme/widgets.git/git-receive-pack/", "0000", pack("git-receive-pack")),
  to("POST /acme/widgets.git/git-upload-archive", "0000", pack("git-upload-archive")),
  to("GET /acme/widgets.git/info/refs/?service=git-receive-pack"),
  to("GET /acme/widgets.git/INFO/REFS?service=git-receive-pack"),
  to("GET /acme/widgets.git/HEAD"),
  to("GET /acme/widgets.git/config"),
  to("GET /acme/widgets.git/objects/info/packs"),
  to("GET /acme/widgets.git/refs/heads/main"),
  to("PUT /acme/widgets.git/refs/heads/main", "f00"),
  to("PUT /acme/widgets/refs/heads/main", "f00"),
  to("MOVE /acme/widgets.git/refs/heads/main.lock"),
  to("MKCOL /acme/widgets.git/objects/ab"),
  to("PROPFIND /acme/widgets/objects/"),
  to("LOCK /acme/widgets.git/info/refs"),
  to("DELETE /acme/widgets.git/refs/heads/main"),
  to(`PUT /acme/widgets.git/gitlab-lfs/objects/${"a".repeat(64)}/1`, "x"),
  to(`GET /acme/widgets.git/gitlab-lfs/objects/${"a".repeat(64)}`),
  to("POST /acme/widgets.git/INFO/LFS/objects/batch", "{}"),
  // Paths that servers read in different ways
  to("GET /acme%2Fwidgets.git/info/refs?service=git-receive-pack"),
  to("GET /acme/widgets.git%2Finfo%2Frefs?service=git-upload-pack"),
  to("POST /acme%2fwidgets.git/git-receive-pack", "0000", pack("git-receive-pack")),
  to("POST /acme/widgets.git%2Fgit-receive-pack", "0000", pack("git-receive-pack")),
  to("POST /acme//widgets.git/git-receive-pack", "0000", pack("git-receive-pack")),
  to("POST /acme/widgets.git//git-receive-pack", "0000", pack("git-receive-pack")),
  to("POST /./acme/widgets.git/git-receive-pack", "0000", pack("git-receive-pack")),
  to("POST /acme/./widgets.git/./git-receive-pack", "0000", pack("git-receive-pack")),
  to("POST /acme/wid%E9gets.git/git-receive-pack", "0000", pack("git-receive-pack")),
  to("POST /acme%2Fwidgets.git/info/lfs/objects/batch", "{}"),
  to("POST /acme/widgets.git/info//lfs/objects/batch", "{}"),
  to("GET /acme%2Fwidgets.git/HEAD"),
];

describe("what is git's below a repository and isn't understood is refused under a host rule for everything", () => {
  const world = openShared(async (stack) => {
    const server = stack.use(await startGitServer());
    await server.createRepository("acme/widgets");
    const rules = [`* ${root}/**`];
    const git = [serverRule("acme/widgets", {})];
    return {
      count: async (): Promise<number> => (await server.requests()).length,
      guarded: stack.use(await openGitProxy({ server, rules, git })),
      open: stack.use(await openGitProxy({ server, rules })),
    };
  });
  let arrived = 0;

  test.each(odd)("$title", async (call) => {
    const { count, guarded, open } = world();
    const before = await count();
    await sendCall(guarded.proxy, call);
    expect(await count()).toBe(before);
    await sendCall(open.proxy, call);
    const controlSucceeded = (await count()) > before ? 1 : 0;
    arrived += controlSucceeded;
    const test = `git by the dumb protocol, WebDAV and forgiven spellings: ${call.title}`;
    recordScore({ row: 23, test, attempts: 1, blocked: 1, controlSucceeded });
  });

  test("but almost all of it arrives without an entry (control)", () => {
    expect(arrived).toBeGreaterThan(odd.length - 5);
  });

  test("but pages of the same repository, and other repositories, are the host rule's", async () => {
    const { count, guarded } = world();
    const before = await count();
    await sendCall(guarded.proxy, to("GET /acme/widgets/pulls"));
    await sendCall(guarded.proxy, to("GET /acme/other.git/HEAD"));
    expect(await count()).toBe(before + 2);
  });
});
