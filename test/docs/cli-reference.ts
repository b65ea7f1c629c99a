import { readCommands, readHelp } from "./command-tree.ts";
import { errorCodes } from "./error-codes.ts";
import { compareText } from "../../src/base/text-order.ts";

export const introduction = `# Commands

Generated from \`--help\` by \`npm run docs:cli\`. Commands, flags, exit statuses, codes, variables and \`--json\` documents are
stable: to break one takes a major version. The wording of messages is not.

## Exit status

| status | meaning |
|--:|---|
| 0 | done |
| 1 | an expected failure: \`vaultbox: error: …\` says what, \`vaultbox: hint: …\` what to do |
| 2 | the command line is wrong |
| 70 | a bug in vaultbox; its stack is printed |

\`vaultbox run\` passes on the status of its command, 128 + n after signal n. Its own are those of \`docker run\`, and some more:

| status of \`run\` | meaning |
|--:|---|
| 1 | the command ended with 0, and something failed behind it: a request that the audit log doesn't have, a disk that it filled, an engine that removes nothing more; an error says which |
| 123 | with \`--fail-on-handoff\`: the sandbox left something that programs of this machine run ([workspace.md](workspace.md#hand-over)) |
| 124 | \`--timeout\` or \`limits: {duration}\` ended it, as timeout(1) does |
| 125 | vaultbox or the engine failed before the command started, or the engine went away while it ran; an error says which |
| 126 | the command can't be run |
| 127 | the command isn't found |
| 141 | its output can't be passed on any more: its reader has gone, or the disk is full |

A command whose reader has gone (\`vaultbox run -- COMMAND | head\`) gets SIGPIPE when it writes on, as it would without
vaultbox, then SIGTERM and SIGKILL if that doesn't end it. So does one whose output a full disk doesn't take.

## Environment

| variable | meaning |
|---|---|
| \`VAULTBOX_HOME\` | keep everything in this folder (an absolute path) instead of the XDG ones |
| \`VAULTBOX_PASSPHRASE_FILE\` | read the vault's passphrase from this file of mode 0600 |
| \`VAULTBOX_IDENTITY_FILE\` | open the vault with the age identity in this file of mode 0600 |
| \`VAULTBOX_BASE\` | what images are built on: \`published\`, Node's own image, or \`debian\`, Debian's packages |
| \`VAULTBOX_DEBUG\` | \`1\`: say on stderr what is done; never a secret |
| \`XDG_CONFIG_HOME\`, \`XDG_DATA_HOME\`, \`XDG_STATE_HOME\`, \`XDG_RUNTIME_DIR\` | where vaultbox keeps its files ([architecture.md](architecture.md#on-disk)) |
| \`DOCKER_HOST\`, \`DOCKER_CONTEXT\`, \`DOCKER_CONFIG\`, \`DOCKER_TLS_VERIFY\`, \`DOCKER_CERT_PATH\` | the engine, as for the docker command |
| \`HTTPS_PROXY\`, \`HTTP_PROXY\`, \`ALL_PROXY\`, \`NO_PROXY\` | how the host itself reaches upstreams; builds of images too |
| \`NODE_EXTRA_CA_CERTS\` | a file of certificates that are trusted for upstreams, beside the system's; in builds of images too, or \`SSL_CERT_FILE\`, \`CURL_CA_BUNDLE\` |
| \`SSH_AUTH_SOCK\` | the ssh-agent that signs (\`credential add --ssh-agent\`) |
| \`NO_COLOR\`, \`FORCE_COLOR\`, \`TERM\` | whether words that need an eye have a colour; without them, on a terminal that shows colours |
| \`NODE_DISABLE_COMPILE_CACHE\` | \`1\`: keep no compiled code in the state folder |`;

/** docs/cli.md: exit statuses, codes and the help of every command. */
export async function toCliReference(): Promise<string> {
  const pages = (await readCommands()).map(({ path, command }) => {
    const depth = Math.max(2, path.split(" ").length);
    return `${"#".repeat(depth)} ${path}\n\n\`\`\`\n${readHelp(command)}\n\`\`\``;
  });
  return `${[introduction, codesSection(), ...pages].join("\n\n")}\n`;
}

function codesSection(): string {
  const rows = Object.entries(errorCodes)
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  const about =
    'With `--json`, an error is one JSON object on stderr: `{"error": {"code", "message", "hints"}}`.';
  return ["## Error codes", "", about, "", "| code | meaning |", "|---|---|", ...rows].join("\n");
}
