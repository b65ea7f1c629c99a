import { gitlabAttacks, gitlabSideReads } from "./gitlab-attacks.ts";
import {
  gitlabCredential,
  gitlabHost,
  gitlabRule,
  startGitlabProxy,
  startGitlabStandin,
} from "../../support/gitlab-standin.ts";
import { arrivesAt, describeCalls } from "./call-table.ts";

/** A host rule that lets everything pass: what the handler is held against. */
const everything = [`* https://${gitlabHost}/**`];
const credentials = [gitlabCredential("secret")];

describeCalls({
  title:
    "no request arrives at GitLab whose parameters, path or headers another reader takes for something else",
  calls: gitlabAttacks,
  score: { row: 23, test: "requests to GitLab that are open to two readings" },
  refusedAnyway: 11,
  open: async (stack) => {
    const standin = stack.use(await startGitlabStandin());
    return {
      guarded: stack.use(
        await startGitlabProxy({ standin, git: [gitlabRule()], rules: everything, credentials }),
      ),
      open: stack.use(await startGitlabProxy({ standin, rules: everything, credentials })),
      succeeds: arrivesAt(standin.arrived),
    };
  },
});

describeCalls({
  title:
    "what GitLab tells of other projects, because a text of the agent's names them, is left to host rules",
  calls: gitlabSideReads,
  score: { row: 23, test: "other projects by what GitLab tells of one" },
  open: async (stack) => {
    const standin = stack.use(await startGitlabStandin());
    return {
      guarded: stack.use(await startGitlabProxy({ standin, git: [gitlabRule()] })),
      open: stack.use(await startGitlabProxy({ standin, git: [gitlabRule()], rules: everything })),
      succeeds: arrivesAt(standin.arrived),
    };
  },
});
