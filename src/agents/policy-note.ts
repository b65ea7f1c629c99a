/** Told to an agent in its own instruction file, so that a refusal is not a riddle and not a challenge. */
export const policyNote = `# This session runs in vaultbox

- /run/vaultbox/policy.md says what may be reached, which files are hidden or read-only, what is kept after this session, and
  what the user can type to change that. Read it before you use the network, and when a file or a command behaves oddly.
- A request that is not allowed gets a short answer from the proxy that says what was refused. Tell the user that text;
  don't try other hosts, ports or tools for the same purpose.
- API keys and tokens in the environment are placeholders. They work as they are on the hosts they belong to, and
  nowhere else; there is no real credential in here to look for.
- The workspace is the user's own directory. Everything outside of it is thrown away or kept apart from the user's files.
- \`Read-only file system\` and \`Device or resource busy\` on a file of the workspace are the sandbox's doing: don't work around
  them.
`;
