import { expect, test } from "vitest";
import {
  type SessionRegistry,
  toRegistryEnvironment,
} from "../../../../src/presets/client-registry.ts";
import { mapRegistryAddresses } from "../../../../src/session/plan/upstream-settings.ts";

function npmAt(origin: string, extraOrigins: readonly string[] = []): readonly SessionRegistry[] {
  return [{ client: "npm", registry: { origin, pathPrefix: "/npm", extraOrigins } }];
}

function mapWith(origin: string, addresses: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return mapRegistryAddresses(npmAt(origin), { env, resolve: async () => addresses });
}

test.each([
  ["https://npm.corp.example", ["10.1.2.3"], ["npm.corp.example:443:10.1.2.3:443"]],
  ["https://npm.corp.example:8443", ["fd12::5"], ["npm.corp.example:8443:[fd12::5]:8443"]],
  ["http://npm.corp.example", ["100.64.0.9"], ["npm.corp.example:80:100.64.0.9:80"]],
  ["http://localhost:4873", ["127.0.0.1"], ["localhost:4873:127.0.0.1:4873"]],
])(
  "the user's own registry %s at %j is reached as the user's client does",
  async (origin, at, to) => {
    expect(await mapWith(origin, at)).toEqual(to);
  },
);

test.each([
  ["a public address, which needs no word of the user", ["8.8.8.8"]],
  ["no address", []],
  ["one public and one private address", ["8.8.8.8", "10.0.0.1"]],
  ["the address of this machine behind another name", ["127.0.0.1"]],
  ["a metadata address", ["169.254.169.254"]],
  ["a link-local address", ["169.254.1.1"]],
])("nothing is mapped for %s", async (_what, addresses) => {
  expect(await mapWith("https://npm.corp.example", addresses)).toEqual([]);
});

test("nothing is mapped around the host's own proxy, unless the proxy is not for that host", async () => {
  const env = { HTTPS_PROXY: "http://proxy.example:3128" };
  expect(await mapWith("https://npm.corp.example", ["10.0.0.1"], env)).toEqual([]);
  const exempt = { ...env, NO_PROXY: ".corp.example" };
  expect(await mapWith("https://npm.corp.example", ["10.0.0.1"], exempt)).toHaveLength(1);
});

test("a name that can't be resolved is left to the proxy", async () => {
  const resolve = () => Promise.reject(new Error("ENOTFOUND"));
  const mapped = mapRegistryAddresses(npmAt("https://npm.corp.example"), { env: {}, resolve });
  expect(await mapped).toEqual([]);
});

test("registries of scopes are mapped too", async () => {
  const mapped = await mapRegistryAddresses(
    npmAt("https://a.corp.example", ["https://b.corp.example", "https://a.corp.example"]),
    { env: {}, resolve: async () => ["10.0.0.1"] },
  );
  expect(mapped).toHaveLength(2);
});

test("npm in the sandbox asks the user's own registry", () => {
  expect(toRegistryEnvironment(npmAt("https://npm.corp.example"))).toEqual({
    npm_config_registry: "https://npm.corp.example/npm/",
  });
  expect(toRegistryEnvironment([])).toEqual({});
});
