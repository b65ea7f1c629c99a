import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, decide } from "../../../../src/policy/decide.ts";
import { parseRule } from "../../../../src/policy/parse-rule.ts";
import type { Rule } from "../../../../src/policy/policy.ts";
import { expandBindings, expandPreset } from "../../../../src/presets/expand-preset.ts";
import type { Preset } from "../../../../src/presets/preset.ts";
import { listPresets } from "../../../../src/presets/presets.ts";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import { createPlaceholder } from "../../../../src/credential/placeholder.ts";
import { makeRequest, makeRule, provide } from "../../../support/credential-fixtures.ts";
import { recordScore } from "../../../support/scoreboard.ts";

const registry = {
  origin: "https://packages.test:8443",
  pathPrefix: "/npm",
  extraOrigins: ["https://scoped.test"],
};

interface Probe {
  readonly method: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** A preset as a session uses it: rules → decision, then the credential step. */
function createPipeline(preset: Preset) {
  const rules = expandPreset(preset, registry).map((text) =>
    parseRule(text, { source: { kind: "preset", label: preset.name } }),
  );
  const policy = compilePolicy({ rules, limits: {} });
  const bindings = expandBindings(preset, registry);
  const authorise = createAuthoriser([
    {
      name: preset.name,
      vault: "default",
      bindings,
      placeholder: createPlaceholder(preset.credential!.placeholder),
      provider: provide("real-secret"),
    },
  ]);
  const decideProbe = (probe: Probe) =>
    decide(policy, { ...probe, scheme: "https", websocket: false });
  const attach = (probe: Probe, rule: Rule) => {
    const request = {
      ...probe,
      scheme: "https",
      rawTarget: probe.path,
      headers: [],
      rule,
    } as const;
    return authorise(request).plan[0]?.credential !== undefined;
  };
  return {
    rules,
    bindings,
    allows: (probe: Probe) => decideProbe(probe).verdict === "allow",
    injects: (probe: Probe) => {
      const decision = decideProbe(probe);
      return decision.verdict === "allow" && attach(probe, decision.rule);
    },
    /** A proxy that injects by host alone and leaves the policy to another place */
    injectsWithoutPolicy: (probe: Probe) => attach(probe, makeRule()),
  };
}

const names = listPresets().map((preset) => [preset.name, preset] as const);

/** A request that a rule allows: its wildcards filled in. */
function exampleOf(rule: Rule): Probe {
  return {
    method: rule.methods === "any" ? "GET" : rule.methods[0]!,
    host: rule.host.kind === "exact" ? rule.host.host : `sub.${rule.host.host}`,
    port: rule.port,
    path: rule.path === "any" ? "/a" : rule.path.text.replaceAll("**", "a").replaceAll("*", "b"),
  };
}

/** The example and its neighbours: other methods, ports, hosts, paths. */
function probesOf(rule: Rule): fc.Arbitrary<Probe> {
  const example = exampleOf(rule);
  return fc.record({
    method: fc.constantFrom(
      example.method,
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS",
    ),
    host: fc.constantFrom(
      example.host,
      example.host,
      `evil-${example.host}`,
      `a.${example.host}`,
      "evil.test",
    ),
    port: fc.constantFrom(example.port, example.port, 443, 80, 8443),
    path: fc.oneof(
      fc.constant(example.path),
      fc.constantFrom("/", "/v1/files", "/v1/messages/batches", "/graphql", "/npm", "/api"),
      fc
        .array(fc.constantFrom("a", "v1", "npm", "api", "files", "x.git"), { maxLength: 4 })
        .map((parts) => `/${parts.join("/")}`),
      fc.constantFrom("/x", "x", "/").map((end) => `${example.path}${end}`),
    ),
  });
}

describe("the injection surface of a preset", () => {
  test.each(names)("%s lies within what its rules allow", (_, preset) => {
    const pipeline = createPipeline(preset);
    const probes = fc.oneof(...pipeline.rules.map(probesOf));
    fc.assert(
      fc.property(probes, (probe) => {
        if (!pipeline.injects(probe)) return;
        expect(pipeline.allows(probe)).toBe(true);
        expect(
          pipeline.bindings.some(({ host, port }) => host === probe.host && port === probe.port),
        ).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test.each(names)(
    "%s isn't empty: every binding is used by a request that a rule allows",
    (_, preset) => {
      const pipeline = createPipeline(preset);
      const examples = pipeline.rules.map(exampleOf).filter((probe) => pipeline.injects(probe));
      for (const { host, port, pathPrefix } of pipeline.bindings) {
        const used = examples.some(
          (probe) =>
            probe.host === host && probe.port === port && probe.path.startsWith(pathPrefix),
        );
        expect(used, `${host}${pathPrefix}`).toBe(true);
      }
    },
  );

  test("holds for probes that a proxy which injects by host would serve", () => {
    const probes = names.flatMap(([, preset]) => {
      const pipeline = createPipeline(preset);
      const samples = fc.sample(fc.oneof(...pipeline.rules.map(probesOf)), {
        numRuns: 200,
        seed: 7,
      });
      return samples
        .filter((probe) => !pipeline.allows(probe) && pipeline.injectsWithoutPolicy(probe))
        .map((probe) => pipeline.injects(probe));
    });
    const blocked = probes.filter((injected) => !injected).length;
    recordScore({
      row: 20,
      test: "injection surface within enforcement surface, all presets",
      attempts: probes.length,
      blocked,
      controlSucceeded: probes.length,
    });
    expect(probes.length).toBeGreaterThan(names.length);
    expect(blocked).toBe(probes.length);
  });

  test("ends at a rule that denies", () => {
    const authorise = createAuthoriser([]);
    const request = makeRequest([], { rule: makeRule({ effect: "deny" }) });
    expect(() => authorise(request)).toThrow("only an allowed request");
  });
});
