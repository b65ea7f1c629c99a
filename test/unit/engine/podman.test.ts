import { expect, test } from "vitest";
import { toDockerFacts, toPodmanUlimits } from "../../../src/engine/podman.ts";
import type { ContainerFacts } from "../../../src/engine/engine.ts";

const limits = `Limit                     Soft Limit           Hard Limit           Units     
Max processes             4096                 HARD                 processes 
Max open files            1024                 20000                files     
`;

test("Podman is asked for as many files and processes as this process may have", () => {
  expect(toPodmanUlimits(limits.replace("HARD", "96365"))).toEqual([
    { Name: "nofile", Soft: 20_000, Hard: 20_000 },
    { Name: "nproc", Soft: 32_768, Hard: 32_768 },
  ]);
  expect(toPodmanUlimits(limits.replace("HARD", "unlimited"))).toHaveLength(1);
  expect(toPodmanUlimits("")).toEqual([]);
});

test("capabilities count as dropped when Podman's own inspection says that there is none", () => {
  const facts = { capDrop: ["CAP_CHOWN"], ipcMode: "shareable" } as unknown as ContainerFacts;
  const none = { EffectiveCaps: null, BoundingCaps: null };
  expect(toDockerFacts(facts, none)).toMatchObject({ capDrop: ["ALL"], ipcMode: "private" });
  for (const some of [{}, { ...none, BoundingCaps: ["CAP_CHOWN"] }, { ...none, EffectiveCaps: [] }])
    expect(toDockerFacts(facts, some).capDrop).toEqual(["CAP_CHOWN"]);
  expect(toDockerFacts({ ...facts, ipcMode: "host" }, none).ipcMode).toBe("host");
});
