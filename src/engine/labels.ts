/** Everything vaultbox makes on an engine carries these, and nothing else is ever touched. */
export const label = {
  session: "dev.vaultbox.session",
  /** `relay` or `agent` */
  role: "dev.vaultbox.role",
  /** Id of a relay, on it and on the agent container that shares its network */
  relay: "dev.vaultbox.relay",
  /** Pid and start time of the session process on the host, to tell a dead session's leftovers */
  owner: "dev.vaultbox.owner",
  /** Host (machine id, hashed) whose process owns it; leftovers of other hosts are not ours to judge */
  host: "dev.vaultbox.host",
  /** A `--home` volume's name; such a volume is kept */
  home: "dev.vaultbox.home",
  workspace: "dev.vaultbox.workspace",
  /** Content hash of an image built by vaultbox */
  image: "dev.vaultbox.image",
  /** `name@version` of the npm package that an agent's image holds */
  agentPackage: "dev.vaultbox.agent-package",
  /** What a layer of tools adds, as its flags say it: `gh, golang, npm pnpm` */
  tools: "dev.vaultbox.tools",
  /** An intermediate image of a build, removed when that build ends */
  buildStage: "dev.vaultbox.build-stage",
} as const;
