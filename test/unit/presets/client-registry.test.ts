import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { VaultboxError } from "../../../src/base/errors.ts";
import type { ProgramCall } from "../../../src/base/run-program.ts";
import { readClientRegistry } from "../../../src/presets/client-registry.ts";
import { expandBindings, expandPreset } from "../../../src/presets/expand-preset.ts";
import { findPreset } from "../../../src/presets/presets.ts";

/** Answers by the command line; what isn't there fails as a missing program does. */
function answering(answers: Readonly<Record<string, string>>, seen: ProgramCall[] = []) {
  return (command: ProgramCall): Promise<string> => {
    seen.push(command);
    const line = [command.file, ...command.args].join(" ");
    const key = Object.keys(answers).find((start) => line.startsWith(start));
    return key === undefined
      ? Promise.reject(new VaultboxError("VBX_HOST_COMMAND_FAILED", `cannot run "${line}": ENOENT`))
      : Promise.resolve(answers[key] ?? "");
  };
}

const defaults = "https://index.test/simple files.test";

describe("the npm registry", () => {
  test("comes from npm's own configuration, with the scopes' registries beside it", async () => {
    const run = answering({
      "npm config get registry": "https://user:hunter22@packages.test:8443/api/npm/all/",
      "npm config list": JSON.stringify({
        "@acme:registry": "https://scoped.test/",
        "@same:registry": "https://packages.test:8443/other/",
        registry: "x",
      }),
    });
    expect(await readClientRegistry("npm", { writable: [], run })).toEqual({
      origin: "https://packages.test:8443",
      pathPrefix: "/api/npm/all",
      extraOrigins: ["https://scoped.test"],
    });
  });

  test("that isn't a web URL is refused without being shown", async () => {
    const run = answering({ "npm config get registry": "hunter22", "npm config list": "{}" });
    const failure = readClientRegistry("npm", { writable: [], run });
    await expect(failure).rejects.toMatchObject({ code: "VBX_CONFIG_INVALID" });
    await expect(failure).rejects.not.toThrow("hunter22");
  });

  test.each(["npm", "pip"] as const)("is explained when %s is not there", async (client) => {
    await expect(
      readClientRegistry(client, { writable: [], run: answering({}) }),
    ).rejects.toMatchObject({
      code: "VBX_HOST_COMMAND_FAILED",
      hints: [expect.stringContaining(`install ${client}`)],
    });
  });

  test("is asked for outside the project and never from a program that the agent can write", async () => {
    const workspace = mkdtempSync(join(tmpdir(), "vaultbox-registry-"));
    const link = `${workspace}-link`;
    try {
      symlinkSync(workspace, link);
      const seen: ProgramCall[] = [];
      const run = answering(
        { "npm config get": "https://packages.test/", "npm config": "{}" },
        seen,
      );
      const PATH = ["/usr/bin", join(workspace, "node_modules/.bin"), link, ".", "bin"].join(":");
      await readClientRegistry("npm", { writable: [workspace], run, environment: { PATH } });
      expect(seen.map(({ cwd, env }) => [cwd, env])).toEqual([
        ["/", { PATH: "/usr/bin" }],
        ["/", { PATH: "/usr/bin" }],
      ]);
    } finally {
      rmSync(link);
      rmSync(workspace, { recursive: true });
    }
  });
});

test("a project's npm settings that npm put into the environment don't count as the user's", async () => {
  const seen: ProgramCall[] = [];
  const run = answering({ "npm config get": "https://packages.test/", "npm config": "{}" }, seen);
  const own = {
    PATH: "/usr/bin",
    npm_config_registry: "https://evil.test/",
    NPM_CONFIG_USERCONFIG: "/x",
  };
  await readClientRegistry("npm", { writable: [], run, environment: own });
  expect(seen[0]?.env).toEqual({ PATH: "/usr/bin" });
  const byNpm = { ...own, npm_execpath: "/usr/lib/npm-cli.js" };
  await readClientRegistry("npm", { writable: [], run, environment: byNpm });
  expect(seen[2]?.env).toEqual({ PATH: "/usr/bin", npm_config_registry: "" });
});

describe("the pip index", () => {
  test("is pip's own default with the host of its files when nothing is configured", async () => {
    const run = answering({ "pip config list": "global.cert='/ca.crt'", "python3 -c": defaults });
    expect(await readClientRegistry("pip", { writable: [], run })).toEqual({
      origin: "https://index.test",
      pathPrefix: "",
      extraOrigins: ["https://files.test"],
    });
  });

  test("is the configured one with the files beside its pages, environment first; local folders are no origins", async () => {
    const run = answering({
      "pip3 config list": [
        "global.index-url='https://global.test/simple'",
        ":env:.index-url='https://me:hunter22@company.test/pypi/simple/'",
        "global.extra-index-url='\\nhttps://extra.test/simple\\nfile:///opt/pypi'",
      ].join("\n"),
    });
    expect(await readClientRegistry("pip", { writable: [], run })).toEqual({
      origin: "https://company.test",
      pathPrefix: "/pypi",
      extraOrigins: ["https://extra.test"],
    });
  });
});

describe("a preset with a registry", () => {
  const registry = {
    origin: "https://packages.test:8443",
    pathPrefix: "/npm",
    extraOrigins: ["https://scoped.test"],
  };

  test("expands to rules: reading everywhere, the audit questions at the main registry only", () => {
    expect(expandPreset(findPreset("npm"), registry)).toEqual([
      "GET,HEAD https://packages.test:8443/npm/**",
      "GET,HEAD https://scoped.test/**",
      "POST https://packages.test:8443/npm/-/npm/v1/security/advisories/bulk",
      "POST https://packages.test:8443/npm/-/npm/v1/security/audits/quick",
    ]);
    expect(expandPreset(findPreset("linear"))).toEqual(["POST https://api.linear.app/graphql"]);
    expect(() => expandPreset(findPreset("npm"))).toThrow("needs a registry");
  });

  test("binds the credential to the main registry, and to nothing on plain http", () => {
    expect(expandBindings(findPreset("npm"), registry)).toEqual([
      { host: "packages.test", port: 8443, pathPrefix: "/npm", scheme: { type: "bearer" } },
    ]);
    const plain = { ...registry, origin: "http://packages.test" };
    expect(expandBindings(findPreset("npm"), plain)).toEqual([]);
  });
});
