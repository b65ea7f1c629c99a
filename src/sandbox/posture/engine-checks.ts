import type { ContainerFacts } from "../../engine/engine.ts";
import type { Check, PostureExpectation } from "./expected-mounts.ts";

/** What the engine says of a session's containers. */
export interface EngineFacts {
  readonly agent: ContainerFacts;
  readonly relay: ContainerFacts;
  readonly relayIsFiltered: boolean;
}

/** What holds as the engine says it, and for the relay's filter as the relay itself does. */
export function toEngineChecks(facts: EngineFacts, expected: PostureExpectation): readonly Check[] {
  return [...agentChecks(facts.agent, expected), ...relayChecks(facts, expected)];
}

function agentChecks(agent: ContainerFacts, expected: PostureExpectation): readonly Check[] {
  const foreignMounts = agent.mounts.filter(
    ({ target }) => !expected.mountTargets.includes(target),
  );
  return [
    ...containerChecks(agent, "agent", expected),
    {
      name: "agent: it is in the relay's network namespace",
      expected: agent.networkMode === `container:${expected.relayId}`,
      found: agent.networkMode,
    },
    {
      name: "agent: only the mounts that were asked for",
      expected: foreignMounts.length === 0,
      found: foreignMounts.map(({ target }) => target),
    },
    {
      name: "agent: limits as asked",
      expected: agent.memoryBytes === expected.memoryBytes && agent.pidsLimit === expected.pids,
      found: `${agent.memoryBytes} bytes, ${agent.pidsLimit} processes`,
    },
  ];
}

function relayChecks(
  { relay, relayIsFiltered }: EngineFacts,
  expected: PostureExpectation,
): readonly Check[] {
  const networks = relay.networks.filter((name) => name !== "none");
  return [
    ...containerChecks(relay, "relay", expected),
    {
      name: "relay: the system call filter is vaultbox's own",
      expected: relayIsFiltered,
      found: "another one",
    },
    {
      name: "relay: no network",
      expected: relay.networkMode === "none" && networks.length === 0,
      found: [relay.networkMode, ...networks],
    },
    {
      name: "relay: nothing writable is mounted",
      expected: relay.mounts.every(({ readOnly }) => readOnly),
      found: relay.mounts.filter(({ readOnly }) => !readOnly).map(({ target }) => target),
    },
  ];
}

/** What holds for both containers, as the engine says it. */
function containerChecks(
  container: ContainerFacts,
  role: string,
  { seccomp }: PostureExpectation,
): readonly Check[] {
  const namespaces = [
    container.pidMode,
    container.ipcMode,
    container.utsMode,
    container.usernsMode,
  ];
  const options = container.securityOptions;
  const profiles = options.filter((option) => /^seccomp[:=]/.test(option));
  const others = options.filter((option) => !profiles.includes(option));
  return [
    { name: `${role}: not privileged`, expected: !container.privileged, found: "privileged" },
    {
      name: `${role}: no capability added, all dropped`,
      expected:
        container.capAdd.length === 0 &&
        container.capDrop.some((cap) => /^(?:CAP_)?ALL$/i.test(cap)),
      found: `added ${container.capAdd.join(" ")}, dropped ${container.capDrop.join(" ")}`,
    },
    {
      name: `${role}: security options`,
      expected:
        options.some((option) => /^no-new-privileges(?:[:=]true)?$/.test(option)) &&
        others.every((option) => !/unconfined|disable/.test(option)),
      found: others,
    },
    {
      name: `${role}: system call filter as asked`,
      expected: profiles.length === 1 && profiles[0]?.slice("seccomp=".length) === seccomp,
      found: profiles.map((profile) => profile.slice(0, 60)),
    },
    {
      name: `${role}: namespaces of its own`,
      expected: namespaces.every((mode) => mode === "" || mode === "private"),
      found: namespaces,
    },
    { name: `${role}: no device`, expected: container.devices === 0, found: container.devices },
    {
      name: `${role}: no published port`,
      expected: container.publishedPorts === 0,
      found: container.publishedPorts,
    },
    {
      name: `${role}: read-only root`,
      expected: container.readOnlyRoot,
      found: container.readOnlyRoot,
    },
  ];
}
