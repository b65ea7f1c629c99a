import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseAuthority } from "../../../../src/http/authority.ts";
import { rewriteAnswer } from "../../../../src/git/lfs/lfs-batch-answer.ts";
import { createLfsGrants, type LfsGrant } from "../../../../src/git/lfs/lfs-grants.ts";
import { recordScore } from "../../../support/scoreboard.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const oid = "a".repeat(64);
const object = { oid, size: 3 };
const gitHost = parseAuthority("git.example.com", "https", 443);

function rewrite(answer: unknown, operation: "download" | "upload" = "download") {
  const grants = createLfsGrants(() => now);
  const result = rewriteAnswer(answer as Record<string, unknown>, {
    batch: { operation, objects: [object], ref: undefined },
    storage: { gitHost, hosts: ["store.example.net"] },
    repository: "acme/widgets",
    rule: "vaultbox.yaml:3",
    grants,
    now: () => now,
  }) as {
    objects: {
      error?: { code: number; message: string };
      authenticated?: boolean;
      actions?: Record<string, { href: string; header?: unknown; expires_in: number }>;
    }[];
  };
  const grantOf = (href: string): LfsGrant => {
    const grant = grants.find(href.slice(href.indexOf("?")));
    if (grant === undefined || grant === "unknown") throw new Error("no grant");
    return grant;
  };
  return { result, grantOf };
}

function download(action: unknown) {
  return { transfer: "basic", objects: [{ ...object, actions: { download: action } }] };
}

describe("the answer to an LFS batch", () => {
  test("keeps the storage's headers and query on the host, and gives a token instead", () => {
    const canary = randomBytes(20).toString("hex");
    const { result, grantOf } = rewrite(
      download({
        href: `https://store.example.net/o/${oid}?X-Amz-Signature=${canary}`,
        header: { Authorization: `RemoteAuth ${canary}`, "Transfer-Encoding": "chunked" },
        expires_in: 600,
      }),
    );
    expect(JSON.stringify(result)).not.toContain(canary);
    const action = result.objects[0]?.actions?.["download"];
    expect(action?.href).toMatch(
      new RegExp(`^https://store\\.example\\.net/o/${oid}\\?vaultbox=[\\w-]{43}$`),
    );
    expect(action).toEqual({ href: action?.href, expires_in: 600 });
    expect(result.objects[0]?.authenticated).toBe(true);
    expect(grantOf(action!.href)).toMatchObject({
      action: "download",
      path: `/o/${oid}`,
      query: `?X-Amz-Signature=${canary}`,
      headers: [["Authorization", `RemoteAuth ${canary}`]],
      isGitHost: false,
      repository: "acme/widgets",
      expiresAt: now + 600_000,
    });
  });

  test("gives the git host's own addresses as such", () => {
    const { result, grantOf } = rewrite(download({ href: "https://GIT.example.com/lfs/1" }));
    expect(grantOf(result.objects[0]!.actions!["download"]!.href).isGitHost).toBe(true);
  });

  test("has an upload and its verification, each with a token of its own", () => {
    const actions = {
      upload: { href: "https://store.example.net/u" },
      verify: { href: "https://git.example.com/v" },
      download: { href: "https://evil.example/" },
    };
    const { result, grantOf } = rewrite({ objects: [{ ...object, actions }] }, "upload");
    const rewritten = result.objects[0]?.actions ?? {};
    expect(Object.keys(rewritten)).toEqual(["upload", "verify"]);
    expect(grantOf(rewritten["upload"]!.href).action).toBe("upload");
    expect(grantOf(rewritten["verify"]!.href).action).toBe("verify");
  });

  test("says nothing of objects that nobody asked for, and passes errors on", () => {
    const other = { oid: "b".repeat(64), size: 1 };
    const action = { href: "https://store.example.net/x" };
    const { result } = rewrite({
      objects: [
        { ...other, actions: { download: action } },
        { ...object, error: { code: 404, message: "gone\u001b[2J", hint: "x" } },
        "junk",
      ],
    });
    expect(result.objects).toHaveLength(1);
    expect(result.objects[0]).toMatchObject({ ...object, error: { code: 404 } });
    expect(result.objects[0]?.error?.message).toMatch(/^gone/);
    expect(result.objects[0]?.error?.message).not.toContain("\u001b");
  });

  test("that wants another transfer is an error for every object", () => {
    const { result } = rewrite({
      ...download({ href: "https://store.example.net/" }),
      transfer: "tus",
    });
    expect(result.objects[0]?.error?.message).toContain("another transfer");
  });

  test("leaves out what the server has already", () => {
    expect(rewrite({ objects: [object] }, "upload").result.objects).toEqual([object]);
  });

  const elsewhere: readonly unknown[] = [
    "https://evil.example/o",
    "https://store.example.net.evil.example/o",
    "https://evil-store.example.net/o",
    "https://a.store.example.net/o",
    "https://store.example.net:8443/o",
    "http://store.example.net/o",
    "http://git.example.com/o",
    "https://git.example.com:444/o",
    "https://store.example.net@evil.example/o",
    "https://evil.example\\@store.example.net/o",
    "https://evil.example#@store.example.net/o",
    "https://evil.example/?@store.example.net/",
    "https:///store.example.net/o",
    "//store.example.net/o",
    "/o",
    "file:///etc/passwd",
    "ssh://store.example.net/o",
    "https://[::1]/o",
    "https://127.0.0.1/o",
    "https://169.254.169.254/latest",
    "https://store.example.net/../o",
    "https://store.example.net/o%2e%2e/../x",
    "https://store.example.net/a b",
    `https://store.example.net/o?x=${"a".repeat(9000)}`,
    "https://store.example.net/o\r\nX: y",
    "https://store%2eexample.net/o",
    "https://store。example.net/o",
    "",
    null,
    7,
    { href: "https://store.example.net/" },
  ];

  test.each(elsewhere.map((href) => [JSON.stringify(href).slice(0, 80), href]))(
    "sends no client to a place that the git entry doesn't name: %s",
    (name, href) => {
      const [answered] = rewrite(download({ href })).result.objects;
      expect(answered?.error?.code).toBe(403);
      expect(answered?.error?.message).toMatch(/^vaultbox: /);
      expect(answered?.actions).toBeUndefined();
      recordScore({
        row: 15,
        test: `LFS batch href to another host: ${name}`,
        attempts: 1,
        blocked: 1,
        // What a proxy would do that hands the answer through: the client goes wherever it says
        controlSucceeded: typeof href === "string" && URL.canParse(href) ? 1 : 0,
      });
    },
  );

  test.each([
    ["a list", [["a", "b"]]],
    ["a line break", { A: "b\r\nHost: evil" }],
    ["a name that is none", { "A b": "c" }],
    ["a number", { A: 1 }],
    ["one name twice", { A: "1", a: "2" }],
    ["too long together", { A: "1".repeat(8000), B: "2".repeat(8000), C: "3".repeat(8000) }],
    ["too many", Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`A${index}`, "x"]))],
  ])("with headers that can't be sent is an error: %s", (_, header) => {
    const { result } = rewrite(download({ href: "https://store.example.net/o", header }));
    expect(result.objects[0]?.error?.message).toContain("headers that can't be sent");
  });

  test.each([
    [{}, 43_200],
    [{ expires_in: 60 }, 60],
    [{ expires_in: 999_999_999 }, 43_200],
    [{ expires_at: "2026-11-21T12:10:00Z" }, 600],
    [{ expires_at: "0001-01-01T00:00:00Z" }, 43_200],
    [{ expires_at: "junk" }, 43_200],
    [{ expires_in: 60, expires_at: "2026-11-21T13:00:00Z" }, 60],
  ])("ends its token as the server says, and after twelve hours: %j", (expiry, seconds) => {
    const { result } = rewrite(download({ href: "https://store.example.net/o", ...expiry }));
    expect(result.objects[0]?.actions?.["download"]?.expires_in).toBe(seconds);
  });

  test.each([{ expires_in: -5 }, { expires_at: "2026-11-21T11:00:00Z" }])(
    "is an error when it has expired: %j",
    (expiry) => {
      const { result } = rewrite(download({ href: "https://store.example.net/o", ...expiry }));
      expect(result.objects[0]?.error?.message).toContain("expired already");
    },
  );
});

describe("the token of a transfer", () => {
  const grant: LfsGrant = {
    action: "download",
    authority: gitHost,
    path: "/o",
    query: "",
    headers: [],
    object,
    repository: "acme/widgets",
    rule: "--git",
    isGitHost: true,
    expiresAt: now + 1000,
  };

  test("is over at its time, and is known by its exact query only", () => {
    let time = now;
    const grants = createLfsGrants(() => time);
    const query = grants.add(grant);
    expect(grants.find(query)).toEqual(grant);
    expect(grants.find(`${query}&x=1`)).toBeUndefined();
    expect(grants.find("?vaultbox=x")).toBeUndefined();
    expect(grants.find(`?vaultbox=${"x".repeat(43)}`)).toBe("unknown");
    time = now + 1000;
    expect(grants.find(query)).toBe("unknown");
  });

  test("is forgotten when there are too many", () => {
    const grants = createLfsGrants(() => now, { grants: 2, length: 10_000 });
    const [first = "", second = "", third = ""] = [1, 2, 3].map(() => grants.add(grant));
    expect(grants.find(first)).toBe("unknown");
    expect([grants.find(second), grants.find(third)]).toEqual([grant, grant]);
  });
});
