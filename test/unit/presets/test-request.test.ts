import { expect, test } from "vitest";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import { listPresets } from "../../../src/presets/presets.ts";
import { toTestRequest } from "../../../src/presets/test-request.ts";
import { judgeAnswer } from "../../../src/cli/credential/answer-meaning.ts";

const placeOf = (host: string): { host: string; port: number; pathPrefix: string } =>
  host === "{registry}"
    ? { host: "npm.example.com", port: 8443, pathPrefix: "/team" }
    : { host, port: 443, pathPrefix: "/" };

test("every preset with a credential has a test at its own host, or no request that does for every token", () => {
  const urls = listPresets().flatMap((preset) => {
    const [binding] = preset.credential?.bindings ?? [];
    if (binding === undefined) return [];
    const place = placeOf(binding.host);
    const { url, body } = toTestRequest(preset, place) ?? {};
    if (url === undefined) return [`${preset.name}: none`];
    expect(new URL(url).host).toBe(place.port === 443 ? place.host : `${place.host}:8443`);
    // A binding says which paths the secret is for
    if (binding.host !== "{registry}") {
      expect(new URL(url).pathname.startsWith(binding.pathPrefix ?? "/")).toBe(true);
    }
    parseRule(`${body === undefined ? "GET" : "POST"} ${url}`, {
      source: { kind: "user", label: "test" },
      effect: "allow",
    });
    return [`${preset.name}: ${body === undefined ? "GET" : "POST"} ${url}`];
  });
  expect(urls).toMatchInlineSnapshot(`
    [
      "anthropic: GET https://api.anthropic.com/v1/models",
      "anthropic-oauth: GET https://api.anthropic.com/v1/models",
      "azure-devops: none",
      "bitbucket: GET https://api.bitbucket.org/2.0/user",
      "datadog: GET https://api.datadoghq.com/api/v1/validate",
      "datadog-app: GET https://api.datadoghq.com/api/v2/validate_keys",
      "gitea: GET https://gitea.com/api/v1/user",
      "github: GET https://api.github.com/user",
      "gitlab: GET https://gitlab.com/api/v4/user",
      "google: GET https://generativelanguage.googleapis.com/v1beta/models",
      "huggingface: GET https://huggingface.co/api/whoami-v2",
      "linear: POST https://api.linear.app/graphql",
      "notion: GET https://api.notion.com/v1/users/me",
      "npm: GET https://npm.example.com:8443/team/-/whoami",
      "openai: GET https://api.openai.com/v1/models",
      "openrouter: GET https://openrouter.ai/api/v1/key",
      "pypi: none",
      "sentry: GET https://sentry.io/api/0/organizations/",
      "slack: POST https://slack.com/api/auth.test",
      "stripe: GET https://api.stripe.com/v1/balance",
    ]
  `);
});

test("an answer means what each service says with it", () => {
  const preset = (name: string): Parameters<typeof judgeAnswer>[1] => {
    const found = listPresets().find((one) => one.name === name)!;
    return toTestRequest(found, placeOf(found.credential!.bindings[0]!.host))!;
  };
  const judge = (name: string, status: number, body = ""): string =>
    judgeAnswer({ status, body }, preset(name)).result;
  expect(judge("google", 400)).toBe("refused");
  expect(judge("openai", 400)).toBe("unclear");
  expect(judge("datadog", 403)).toBe("refused");
  expect(judge("slack", 200, '{"ok":true}')).toBe("accepted");
  expect(judge("slack", 200, '{"ok":false}')).toBe("refused");
  expect(judge("slack", 200, "<html>")).toBe("refused");
  expect(judge("slack", 200, '["ok"]')).toBe("refused");
  expect(judge("anthropic", 200)).toBe("accepted");
});
