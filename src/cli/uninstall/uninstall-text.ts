import { formatSize, plural } from "../../base/units.ts";
import type { UsedOnEngine } from "./on-engine.ts";
import type { UninstallPlan } from "./uninstall-plan.ts";

/** What goes, a line each; empty when there is nothing. */
export function toGoingLines({ removed }: UninstallPlan): readonly string[] {
  const { images, auditLogs, histories, trusted } = removed;
  const logs = `audit logs of ${plural(auditLogs, "session")} (${formatSize(removed.auditBytes)})`;
  return [
    ...removed.sessions.map((id) => `session ${id}`),
    ...removed.vaults.map((name) => `vault ${name}, with its key`),
    ...images.map((tag) => `image ${tag}`),
    ...removed.homes.map((name) => `volume ${name}, a kept home`),
    ...(auditLogs === 0 ? [] : [logs]),
    ...(histories === 0 ? [] : [`conversations of agents, of ${plural(histories, "project")}`]),
    ...(trusted.length === 0 ? [] : [`trust in ${plural(trusted.length, "file")}`]),
    ...removed.paths,
  ];
}

/** What stays and what to do about it, a line each. */
export function toStayingLines({ kept }: UninstallPlan): readonly string[] {
  const { sessions } = kept;
  return [
    ...kept.vaults.map((name) => `vault ${name}; to delete it too: vaultbox uninstall --vaults`),
    ...(kept.engine ? ["what is on an engine: none was asked"] : []),
    ...(sessions.length === 0
      ? []
      : [`images: sessions that aren't yours use them (${sessions.join(", ")})`]),
    ...kept.homes.map((name) => `volume ${name}, which no session of yours used as its home`),
    ...kept.completionLines.map((place) => `${place}, a line of yours that starts the completion`),
    ...kept.paths.map((path) => `${path}, which vaultbox didn't make`),
    ...kept.projectFiles,
    ...kept.dangers.map((path) => `${path}, DANGEROUS: nothing will know that a sandbox left it`),
    "the program; when all else is gone: npm uninstall -g vaultbox",
  ];
}

/** What else to say before the question. */
export function toAdviceLines({ removed }: UninstallPlan): readonly string[] {
  const { vaults, imageBytes } = removed;
  const [vault] = vaults;
  return [
    ...(imageBytes === 0 ? [] : [`the images take ${formatSize(imageBytes)}`]),
    ...(vault === undefined
      ? []
      : [`to have a vault elsewhere first: vaultbox vault export ${vault} FILE`]),
  ];
}

/** What couldn't go, when all else has. */
export function toUsedLines({ images, homes }: UsedOnEngine): readonly string[] {
  const used = [...images.map((tag) => `image ${tag}`), ...homes.map((name) => `volume ${name}`)];
  return used.map((what) => `a container uses the ${what}: it is kept`);
}
