// A proxy in a process of its own, whose memory can be asked for. Arguments: the upstream's port, and `unlimited` for one
// that holds what it likes.
import { compileGitRules } from "../../../src/git/entry/git-rules.ts";
import { HeldBytes } from "../../../src/proxy/egress/held-bytes.ts";
import { createGithubHandler } from "../../../src/git/forge/github-handler.ts";
import { githubRule } from "../../support/github-standin.ts";
import { plainDialer, startProxy } from "../../support/proxy-fixture.ts";

const [port = "", mode] = process.argv.slice(2);
if (mode === "unlimited") HeldBytes.prototype.take = () => Promise.resolve();

const git = [githubRule({ scheme: "http", host: "ghe.example", port: 80 })];
const proxy = await startProxy({
  rules: ["* http://ghe.example/**", "* http://stuck.example/**", "* http://big.example/**"],
  git,
  dialer: plainDialer(Number(port)),
  handlers: (tools) => [createGithubHandler({ policy: compileGitRules(git), tools })],
});
process.send?.({ path: proxy.path });
process.on("disconnect", () => process.exit());
process.on("message", () => process.send?.({ rss: process.memoryUsage().rss }));
