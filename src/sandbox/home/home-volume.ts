import { createHash } from "node:crypto";
import type { Engine } from "../../engine/engine.ts";
import { label } from "../../engine/labels.ts";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { SandboxRequest } from "../sandbox-request.ts";
import { toSessionVolumeName } from "../session-labels.ts";

/** The volume at HOME. */
export interface HomeVolume {
  readonly name: string;
  /** It outlives the session */
  readonly kept: boolean;
}

const nameShape = /^[a-z0-9][a-z0-9._-]{0,40}$/;

/**
 * The home of a session: a new one, or the one that `--home` names.
 * @throws VaultboxError VBX_USAGE
 */
export function toHomeVolume(session: string, home: string | undefined): HomeVolume {
  if (home === undefined) return { name: toSessionVolumeName(session), kept: false };
  if (!nameShape.test(home)) {
    throw new VaultboxError("VBX_USAGE", `${quoted(home)} can't be the name of a home`, {
      hints: ["use lower-case letters, digits, dot, hyphen and underscore"],
    });
  }
  return { name: `vaultbox-home-${home}`, kept: true };
}

/** The same for every run in that workspace. */
function toProjectHome(workspace: string): string {
  return `project-${createHash("sha256").update(workspace).digest("hex").slice(0, 16)}`;
}

/** Name of the home that a run keeps; undefined for a new one. */
export function toHomeName({ home, plan, workspace }: SandboxRequest): string | undefined {
  const isProjects = plan.projectFile?.project.home === "project";
  return home ?? (isProjects ? toProjectHome(workspace) : undefined);
}

/** Creating a volume that exists is no error. */
export async function createHomeVolume(
  engine: Engine,
  volume: HomeVolume,
  sessionLabels: Readonly<Record<string, string>>,
): Promise<void> {
  const labels = volume.kept ? { [label.home]: volume.name } : sessionLabels;
  await engine.createVolume(volume.name, labels);
}
