import { describe, expect, test } from "vitest";
import { resolveEffectivePolicy } from "../../../src/config/effective-policy.ts";
import { compilePolicy, decide } from "../../../src/policy/decide.ts";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import type { EgressRequest } from "../../../src/policy/policy.ts";
import { expandOwnHost, expandPreset } from "../../../src/presets/expand-preset.ts";
import type { Preset } from "../../../src/presets/preset.ts";
import { findPreset, listPresets, suggestPreset } from "../../../src/presets/presets.ts";
import { createPlaceholder } from "../../../src/credential/placeholder.ts";
import { recordScore } from "../../support/scoreboard.ts";

const registry = {
  origin: "https://packages.test",
  pathPrefix: "/npm",
  extraOrigins: ["https://scoped.test:8443"],
};

function policyOf(preset: Preset) {
  const rules = expandPreset(preset, registry).map((text) =>
    parseRule(text, { source: { kind: "preset", label: `preset:${preset.name}` } }),
  );
  return compilePolicy({ rules, limits: {} });
}

function ask(method: string, url: string): EgressRequest {
  const { hostname, port, pathname } = new URL(url);
  return {
    scheme: "https",
    host: hostname,
    port: port === "" ? 443 : Number(port),
    method,
    path: pathname,
    websocket: false,
  };
}

/** What each preset is for, and what a compromised agent would want of it instead. */
const cases: readonly (readonly [preset: string, verdict: "allow" | "deny", request: string])[] = [
  ["anthropic", "allow", "POST https://api.anthropic.com/v1/messages"],
  ["anthropic", "allow", "POST https://api.anthropic.com/v1/messages/count_tokens"],
  ["anthropic", "allow", "GET https://api.anthropic.com/v1/models/claude-x"],
  ["anthropic", "deny", "POST https://api.anthropic.com/v1/files"],
  ["anthropic", "deny", "GET https://api.anthropic.com/v1/files/f_1/content"],
  ["anthropic", "deny", "POST https://api.anthropic.com/v1/messages/batches"],
  ["anthropic", "deny", "POST https://api.anthropic.com/v1/organizations/invites"],
  ["anthropic-oauth", "allow", "POST https://api.anthropic.com/v1/messages"],
  ["anthropic-oauth", "allow", "GET https://api.anthropic.com/api/oauth/profile"],
  ["anthropic-oauth", "deny", "POST https://api.anthropic.com/v1/files"],
  ["openai", "allow", "POST https://api.openai.com/v1/responses"],
  ["openai", "deny", "POST https://api.openai.com/v1/files"],
  ["openai", "deny", "POST https://api.openai.com/v1/uploads"],
  ["openai", "deny", "GET https://api.openai.com/v1/organization/admin_api_keys"],
  [
    "google",
    "allow",
    "POST https://generativelanguage.googleapis.com/v1beta/models/g-2:generateContent",
  ],
  ["google", "deny", "POST https://generativelanguage.googleapis.com/upload/v1beta/files"],
  ["google", "deny", "POST https://generativelanguage.googleapis.com/v1beta/cachedContents"],
  ["github", "allow", "GET https://api.github.com/repos/acme/widgets"],
  ["github", "allow", "GET https://github.com/acme/widgets.git/info/refs"],
  ["github", "allow", "POST https://github.com/acme/widgets.git/git-upload-pack"],
  ["github", "deny", "POST https://github.com/acme/widgets.git/git-receive-pack"],
  ["github", "allow", "GET https://github.com/acme/widgets/releases/download/v1/w.tar.gz"],
  ["github", "allow", "GET https://github.com/acme/widgets/releases/latest/download/w.tar.gz"],
  ["github", "allow", "GET https://github.com/acme/widgets/archive/refs/tags/v1.tar.gz"],
  ["github", "allow", "GET https://release-assets.githubusercontent.com/github-production/1/2"],
  ["github", "allow", "HEAD https://objects.githubusercontent.com/github-production/1/2"],
  ["github", "deny", "PUT https://release-assets.githubusercontent.com/github-production/1/2"],
  ["github", "deny", "POST https://github.com/acme/widgets/releases/download/v1/w.tar.gz"],
  ["github", "deny", "POST https://api.github.com/graphql"],
  ["github", "deny", "POST https://api.github.com/gists"],
  ["github", "deny", "POST https://uploads.github.com/repos/acme/widgets/releases/1/assets"],
  ["gitlab", "allow", "POST https://gitlab.com/group/sub/widgets.git/git-upload-pack"],
  ["gitlab", "deny", "POST https://gitlab.com/group/sub/widgets.git/git-receive-pack"],
  ["gitlab", "deny", "POST https://gitlab.com/api/v4/snippets"],
  ["bitbucket", "allow", "GET https://api.bitbucket.org/2.0/repositories/acme/widgets"],
  ["bitbucket", "allow", "POST https://bitbucket.org/acme/widgets.git/git-upload-pack"],
  ["bitbucket", "deny", "POST https://bitbucket.org/acme/widgets.git/git-receive-pack"],
  ["bitbucket", "deny", "POST https://api.bitbucket.org/2.0/snippets"],
  ["gitea", "allow", "GET https://gitea.com/acme/widgets/info/refs"],
  ["gitea", "deny", "POST https://gitea.com/acme/widgets/git-receive-pack"],
  ["gitea", "deny", "POST https://gitea.com/api/v1/user/repos"],
  ["azure-devops", "allow", "POST https://dev.azure.com/acme/tools/_git/widgets/git-upload-pack"],
  ["azure-devops", "allow", "GET https://dev.azure.com/acme/tools/_apis/git/repositories"],
  ["azure-devops", "deny", "POST https://dev.azure.com/acme/tools/_git/widgets/git-receive-pack"],
  ["azure-devops", "deny", "POST https://dev.azure.com/acme/tools/_apis/git/repositories/x/pushes"],
  ["npm", "allow", "GET https://packages.test/npm/is-number"],
  ["npm", "allow", "GET https://scoped.test:8443/@acme%2fwidget"],
  ["npm", "allow", "POST https://packages.test/npm/-/npm/v1/security/advisories/bulk"],
  ["npm", "deny", "PUT https://packages.test/npm/is-number"],
  ["npm", "deny", "POST https://packages.test/npm/-/npm/v1/tokens"],
  ["npm", "deny", "GET https://packages.test/other"],
  ["pypi", "allow", "GET https://packages.test/npm/requests/"],
  ["pypi", "deny", "POST https://packages.test/npm/legacy/"],
  ["huggingface", "allow", "GET https://huggingface.co/acme/model/resolve/main/config.json"],
  ["huggingface", "deny", "POST https://huggingface.co/api/repos/create"],
  ["openrouter", "deny", "POST https://openrouter.ai/api/v1/keys"],
  ["notion", "deny", "POST https://api.notion.com/v1/pages"],
  ["slack", "deny", "POST https://slack.com/api/chat.postMessage"],
  ["sentry", "deny", "PUT https://sentry.io/api/0/projects/a/b/"],
  ["stripe", "deny", "POST https://api.stripe.com/v1/refunds"],
  ["datadog", "deny", "GET https://api.datadoghq.com/api/v2/users"],
  ["datadog-app", "allow", "GET https://api.datadoghq.com/api/v1/query"],
  ["datadog-app", "allow", "GET https://api.datadoghq.com/api/v1/monitor/1"],
  ["datadog-app", "deny", "GET https://api.datadoghq.com/api/v1/api_key"],
  ["datadog-app", "deny", "GET https://api.datadoghq.com/api/v2/current_user/application_keys/1"],
  ["datadog-app", "deny", "DELETE https://api.datadoghq.com/api/v1/monitor/1"],
  ["datadog-app", "deny", "POST https://api.datadoghq.com/api/v1/series"],
];

describe("the presets", () => {
  test.each(cases)("%s: %s %s", (name, verdict, request) => {
    const [method = "", url = ""] = request.split(" ");
    expect(decide(policyOf(findPreset(name)), ask(method, url)).verdict).toBe(verdict);
  });

  test.each(cases.filter(([, verdict]) => verdict === "deny"))(
    "deny publishing and uploads, which a policy of whole hosts would let through: %s: %s %s",
    (name, _, request) => {
      const [method = "", url = ""] = request.split(" ");
      const asked = ask(method, url);
      const source = { kind: "flag", label: "--allow" } as const;
      const wholeHost = parseRule(`* https://${asked.host}`, { source });
      expect(decide(policyOf(findPreset(name)), asked).verdict).toBe("deny");
      const naive = compilePolicy({ rules: [wholeHost], limits: {} });
      expect(decide(naive, asked).verdict).toBe("allow");
      const test = `presets deny publishing and uploads: ${name}, ${request}`;
      recordScore({ row: 24, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
    },
  );

  test.each(listPresets().map((preset) => [preset.name, preset] as const))(
    "%s has rules that parse, and a credential only for hosts that its rules name",
    (name, preset) => {
      expect(preset.name).toBe(name);
      const { rules } = policyOf(preset).policy;
      expect(rules.length).toBeGreaterThan(0);
      const texts = preset.rules.join("\n");
      for (const binding of preset.credential?.bindings ?? []) {
        const place = binding.host === "{registry}" ? binding.host : `https://${binding.host}/`;
        expect(texts).toContain(place);
      }
    },
  );

  test.each(listPresets().map((preset) => [preset.name, preset.credential] as const))(
    "%s has a placeholder shape with room for 96 random bits",
    (_, credential) => {
      const { prefix = "", suffix = "" } = credential?.placeholder ?? {};
      const placeholder = createPlaceholder(credential!.placeholder);
      expect(placeholder.startsWith(prefix) && placeholder.endsWith(suffix)).toBe(true);
      expect(placeholder).toMatch(/^[\w.-]+$/);
    },
  );

  test("are listed by name without a package registry's host", () => {
    const names = listPresets().map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    expect(listPresets().filter(({ client }) => client !== undefined)).toHaveLength(2);
    for (const preset of listPresets().filter(({ client }) => client !== undefined)) {
      expect(preset.rules.every((rule) => rule.includes(" {registry}/"))).toBe(true);
    }
  });
});

test.each(["github", "gitlab", "gitea"])(
  "%s is known at a server of one's own, where nothing else is bound",
  (name) => {
    const place = { host: "git.example.com", port: 8443 };
    const bindings = expandOwnHost(findPreset(name), place) ?? [];
    expect(bindings.map(({ host, port, pathPrefix }) => [host, port, pathPrefix])).toEqual([
      ["git.example.com", 8443, "/api"],
      ["git.example.com", 8443, "/"],
    ]);
    expect(bindings[1]?.scheme.type).toBe("basic");
    expect(expandOwnHost(findPreset("npm"), place)).toBeUndefined();
  },
);

test("the client's own signed URLs pass only at the storage hosts of a preset", async () => {
  const { policy } = await resolveEffectivePolicy({
    allow: ["preset:huggingface"],
    entryKinds: [],
    agentRules: [],
    user: { allow: [], deny: [] },
    lookupPreset: (name) => Promise.resolve(expandPreset(findPreset(name))),
    lookupPresetStorage: (name) => findPreset(name).rulesWithClientCredentials ?? [],
  });
  const passing = policy.rules.filter(({ clientCredentials }) => clientCredentials === "pass");
  expect(passing.map(({ host, methods }) => [host.kind, host.host, methods])).toEqual([
    ["subdomains", "hf.co", ["GET", "HEAD"]],
  ]);
});

describe("a preset name", () => {
  test.each([
    ["antropic", "anthropic"],
    ["GitHub", "github"],
    ["gitub", "github"],
    ["open-ai", "openai"],
  ])("%s that is misspelt gets the suggestion %s", (typo, meant) => {
    expect(suggestPreset(typo)).toBe(meant);
    expect(() => findPreset(typo)).toThrow(
      expect.objectContaining({
        code: "VBX_PRESET_UNKNOWN",
        hints: expect.arrayContaining([`did you mean "${meant}"?`]),
      }),
    );
  });

  test("that is near to nothing gets no suggestion", () => {
    expect(suggestPreset("completely-else")).toBeUndefined();
    expect(suggestPreset("")).toBeUndefined();
    expect(() => findPreset("__proto__")).toThrow("there is no preset");
  });
});
