import type { AgentProfile } from "./agent-profile.ts";

/** Any command: nothing is installed, seeded or allowed for it. */
export const generic: AgentProfile = {
  name: "generic",
  summary: "any command, with what the image has",
  npmPackage: undefined,
  executable: undefined,
  detects: () => true,
  presets: [],
  rules: [],
  login: undefined,
  env: {},
  homeFiles: () => [],
  machineFiles: () => [],
  transcripts: undefined,
};
