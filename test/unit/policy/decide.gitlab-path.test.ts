import { describe, expect, test } from "vitest";
import { decide } from "../../../src/policy/decide.ts";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import { parseTarget } from "../../../src/http/target.ts";

const host = "gitlab.example.test";
const source = { kind: "flag", label: "--allow" } as const;

function verdict(rules: { allow: readonly string[]; deny?: readonly string[] }, path: string) {
  const { allow, deny = [] } = rules;
  const toRule = (effect: "allow" | "deny") => (text: string) => ({
    ...parseRule(`GET https://${host}${text}`, { source }),
    effect,
  });
  const request = { scheme: "https", host, port: 443, method: "GET", websocket: false } as const;
  const all = [...allow.map(toRule("allow")), ...deny.map(toRule("deny"))];
  const target = parseTarget("GET", path).path;
  return decide({ rules: all, limits: {} }, { ...request, path: target }).verdict;
}

const widgets = "/api/v4/projects/acme%2fwidgets";

test("an allow rule sees a project's path as one segment, which only * and ** cover", () => {
  expect(verdict({ allow: ["/api/v4/projects/*/issues"] }, `${widgets}/issues`)).toBe("allow");
  expect(verdict({ allow: ["/api/v4/**"] }, `${widgets}/issues`)).toBe("allow");
  for (const pattern of [
    "/api/v4/projects/acme/widgets/issues",
    "/api/v4/projects/acme/**",
    "/api/v4/projects/*/widgets/issues",
    "/api/v4/projects/*/*/issues",
    "/api/v4/projects/other*/issues",
  ]) {
    expect(verdict({ allow: [pattern] }, `${widgets}/issues`)).toBe("deny");
  }
});

describe.each(["/api/v4/projects/acme/widgets/**", "/api/v4/projects/acme/**"])(
  "the deny rule %s",
  (deny) => {
    test.each(["acme%2fwidgets", "acme%2Fwidgets", "%61cme%2FWidgets"])(
      "sees the slash in it, however it's written: %j",
      (spelling) => {
        const allow = ["/**"];
        const path = `/api/v4/projects/${spelling}/issues`;
        expect(verdict({ allow }, path)).toBe("allow");
        expect(verdict({ allow, deny: [deny] }, path)).toBe("deny");
      },
    );
  },
);
