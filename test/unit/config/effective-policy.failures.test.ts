import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { resolveEffectivePolicy } from "../../../src/config/effective-policy.ts";
import { resolvePaths } from "../../../src/base/paths.ts";
import { readPolicyFile } from "../../../src/config/policy-file.ts";
import { isVaultboxError } from "../../../src/base/errors.ts";
import { decide } from "../../../src/policy/decide.ts";
import { recordScore } from "../../support/scoreboard.ts";

const request = {
  scheme: "https",
  host: "api.example.com",
  port: 443,
  method: "GET",
  path: "/",
  websocket: false,
} as const;
const good = "version: 1\negress:\n  - host: other.example.com\n";

// Each makes the file at the path given, or leaves it out
const faults: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ["missing", () => Promise.resolve()],
  ["empty", (path) => writeFile(path, "")],
  ["only a comment", (path) => writeFile(path, "# nothing\n")],
  ["without egress", (path) => writeFile(path, "version: 1\n")],
  ["an empty list", (path) => writeFile(path, "version: 1\negress: []\n")],
  ["half written in a key", (path) => writeFile(path, good.slice(0, good.indexOf("host") + 3))],
  ["half written in a host", (path) => writeFile(path, good.slice(0, -"example.com\n".length))],
  ["half written before the list", (path) => writeFile(path, "version: 1\negress:\n")],
  ["malformed", (path) => writeFile(path, `${good}  - host: [\n`)],
  ["not UTF-8", (path) => writeFile(path, Buffer.from(`${good}# \xe9`, "latin1"))],
  ["NUL bytes, as after a crash", (path) => writeFile(path, Buffer.alloc(512))],
  ["a folder", (path) => mkdir(path)],
  ["a link to nowhere", (path) => symlink(`${path}.gone`, path)],
  ["a device that never ends", (path) => symlink("/dev/zero", path)],
  ["an unknown version", (path) => writeFile(path, good.replace("1", "2"))],
];

const noSandbox = {
  paths: resolvePaths({ VAULTBOX_HOME: "/nonexistent" }),
  writable: [],
};

async function isReachable(path: string): Promise<boolean> {
  try {
    const policyFile = await readPolicyFile(path, noSandbox, []);
    const { policy } = await resolveEffectivePolicy({
      policyFile,
      entryKinds: [],
      allow: [],
      agentRules: [],
      user: { allow: [], deny: [] },
      lookupPreset: () => Promise.resolve(undefined),
    });
    return decide(policy, request).verdict === "allow";
  } catch (error) {
    if (isVaultboxError(error)) return false;
    throw error;
  }
}

/** What tools do that fall back to defaults: no usable list, so the default one. */
async function isReachableInNaiveTool(path: string): Promise<boolean> {
  const { readFile } = await import("node:fs/promises");
  const defaults = ["api.example.com"];
  try {
    if (path.endsWith("endless")) throw new Error("too large");
    const hosts = (parse(await readFile(path, "utf8")) as { egress?: { host: string }[] }).egress;
    const list = hosts === undefined || hosts === null || hosts.length === 0 ? defaults : hosts;
    return list.some((one) => one === request.host);
  } catch {
    return defaults.includes(request.host);
  }
}

describe("a policy denies everything and never becomes the default", () => {
  let controls = 0;

  test.each(faults)("when it is %s", async (name, make) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, name.includes("never ends") ? "endless" : "policy.yaml");
    await make(path);
    expect(await isReachable(path)).toBe(false);
    const controlSucceeded = (await isReachableInNaiveTool(path)) ? 1 : 0;
    controls += controlSucceeded;
    const test = `broken policy: ${name}`;
    recordScore({ row: 7, test, attempts: 1, blocked: 1, controlSucceeded });
  });

  test("and often becomes it in a tool that falls back to defaults (control)", () => {
    expect(controls).toBeGreaterThanOrEqual(8);
  });
});

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "vaultbox-test-policy-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
