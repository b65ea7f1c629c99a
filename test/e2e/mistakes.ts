/** A command line that can't work, and what its user reads. */
export interface Mistake {
  readonly what: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly status: number;
  /** What the user reads: the error, then hints */
  readonly says: readonly string[];
}

const run = (...flags: readonly string[]): readonly string[] => ["run", ...flags, "--", "true"];
const nothingThere = "unix:///no/such.sock";

export const mistakes: readonly Mistake[] = [
  {
    what: "run without an engine",
    args: run(),
    env: { DOCKER_HOST: nothingThere },
    status: 125,
    says: [
      'cannot reach a Docker Engine: DOCKER_HOST ("unix:///no/such.sock"): there is no such socket',
      "no other engine was tried, because this one was named; unset it or start that engine",
      "see what was found with: vaultbox doctor",
    ],
  },
  {
    what: "run with an engine at an ssh address",
    args: run(),
    env: { DOCKER_HOST: "ssh://user@example.com" },
    status: 125,
    says: [
      "cannot reach a Docker Engine: DOCKER_HOST: vaultbox does not start ssh itself; forward the socket (ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock user@example.com) and set DOCKER_HOST=unix:///tmp/engine.sock",
      "no other engine was tried, because this one was named; unset it or start that engine",
      "see what was found with: vaultbox doctor",
    ],
  },
  {
    what: "a broken policy file",
    args: run("--policy", "../broken.yaml"),
    status: 125,
    says: [
      "../broken.yaml:1:1: version is missing; write version: 1 (and 2 more)",
      "all of them: vaultbox policy check ../broken.yaml",
    ],
  },
  {
    what: "a policy file that isn't there",
    args: run("--policy", "nosuch.yaml"),
    status: 125,
    says: [
      'cannot read "nosuch.yaml": there is no such file',
      "docs/policy.md says what a policy file looks like; to write a project file: vaultbox init",
    ],
  },
  {
    what: "a project file that nobody trusted",
    args: run(),
    cwd: "untrusted",
    status: 125,
    says: [
      '"ROOT/untrusted/vaultbox.yaml" is not trusted',
      "read it, then run: vaultbox trust ROOT/untrusted/vaultbox.yaml",
      "until then vaultbox doesn't run here: what a project file allows is your decision",
    ],
  },
  {
    what: "a vault that isn't there",
    args: run("--vault", "nosuch"),
    status: 125,
    says: [
      'cannot open the vault "nosuch": there is none of that name',
      "see which there are: vaultbox vault list",
    ],
  },
  {
    what: "a typo in a flag",
    args: run("--alow", "docs.example.com"),
    status: 2,
    says: ["unknown option '--alow'", "did you mean --allow?"],
  },
  {
    what: "an unknown command",
    args: ["rnu", "--", "true"],
    status: 2,
    says: ["unknown command 'rnu'", "did you mean run?"],
  },
  {
    what: "an unknown command of a group",
    args: ["credential", "ad", "x"],
    status: 2,
    says: ["unknown command 'ad'", "did you mean add?"],
  },
  {
    what: "nothing after --",
    args: ["run", "--"],
    status: 2,
    says: ["there is no command to run", "it comes after --, for example: vaultbox run -- claude"],
  },
  {
    what: "a mount of the home directory",
    args: run("--mount", "../home"),
    status: 125,
    says: [
      'cannot mount "ROOT/home": it is your home directory',
      "--allow-mount ROOT/home makes an exception, if you are sure",
    ],
  },
  {
    what: "a mount that isn't there",
    args: run("--mount", "nosuch:/x"),
    status: 125,
    says: [
      'cannot mount "ROOT/project/nosuch": it does not exist',
      "mounts and --workspace name files of this machine; check the path",
    ],
  },
  {
    what: "a mount that can't be read",
    args: run("--mount", "a:b:c:d"),
    status: 2,
    says: [
      'cannot read the mount "a:b:c:d"',
      "--mount SRC:DST[:ro|rw], with an absolute path for DST, or ~/PATH for one in the sandbox's home; read-only unless rw is said",
    ],
  },
  {
    what: "a mount over our own files",
    args: run("--mount", ".:/run/vaultbox"),
    status: 125,
    says: [
      'cannot mount ".:/run/vaultbox": "/run/vaultbox" in the sandbox is reserved',
      "name another place for it, such as --mount SRC:/mnt/NAME",
    ],
  },
  {
    what: "an unknown agent",
    args: run("--agent", "cluade"),
    status: 2,
    says: ['there is no agent called "cluade"', "agents: claude, codex, generic"],
  },
  {
    what: "an unknown preset",
    args: run("--allow", "preset:npmm"),
    status: 125,
    says: [
      'there is no preset "npmm"',
      'did you mean "npm"?',
      "list them: vaultbox credential presets",
    ],
  },
  {
    what: "a rule that can't be read",
    args: run("--allow", "https://*.*.example.com/"),
    status: 2,
    says: [
      '--allow: invalid host "*.*.example.com": * stands only for whole labels at the beginning, as in *.example.com',
    ],
  },
  {
    what: "a repository without its URL",
    args: run("--git", "acme/widgets"),
    status: 2,
    says: [
      '--git: invalid git URL "acme/widgets": write the whole clone URL, as in https://github.com/acme/widgets',
    ],
  },
  {
    what: "a typo in an option of a repository",
    args: run("--git", "https://github.com/acme/widgets:psuh=agent/*"),
    status: 2,
    says: [
      '--git: invalid git entry "https://github.com/acme/widgets:psuh=agent/*": unknown option psuh (did you mean push?); known: push, create, force, delete, tags, deny, max_pack, pulls, read, lfs, forge',
    ],
  },
  {
    what: "a --connect-to that can't be read",
    args: run("--connect-to", "api.example.com:443"),
    status: 2,
    says: [
      'cannot read --connect-to "api.example.com:443": it is not HOST:PORT:ADDR:PORT',
      "as in curl: --connect-to api.example.com:443:127.0.0.1:8443",
    ],
  },
  {
    what: "a CA file that isn't there",
    args: run("--upstream-ca", "nosuch.pem"),
    status: 125,
    says: [
      'cannot use the CA file "nosuch.pem": there is no such file',
      "give a file with one or more certificates that begin with -----BEGIN CERTIFICATE-----",
    ],
  },
  {
    what: "a CA file without a certificate",
    args: run("--upstream-ca", "../no-certificate.pem"),
    status: 125,
    says: [
      'cannot use the CA file "../no-certificate.pem": it holds no PEM certificate',
      "give a file with one or more certificates that begin with -----BEGIN CERTIFICATE-----",
    ],
  },
  {
    what: "a workspace that isn't there",
    args: run("--workspace", "nosuch"),
    status: 125,
    says: [
      'cannot mount "nosuch": it does not exist',
      "mounts and --workspace name files of this machine; check the path",
    ],
  },
  {
    what: "a workspace that is a file",
    args: run("--workspace", "main.c"),
    status: 125,
    says: ['cannot mount "main.c": it is not a directory', "--workspace takes a directory"],
  },
  {
    what: "a link that there is none of",
    args: run("--link", "tcp"),
    status: 2,
    says: [
      "option '--link <kind>' argument 'tcp' is none of auto, unix, stdio",
      '"vaultbox run --help" shows how it is used',
    ],
  },
  {
    what: "a size that can't be read",
    args: run("--memory", "lots"),
    status: 2,
    says: ['invalid size "lots": write a number and a unit, as in 512kB, 200MB or 1.5GiB'],
  },
  {
    what: "a duration that can't be read",
    args: run("--timeout", "soon"),
    status: 2,
    says: ['invalid duration "soon": write a number and a unit, as in 90s, 15m, 2h or 1h30m'],
  },
  {
    what: "a number of processors that can't be read",
    args: run("--cpus", "many"),
    status: 2,
    says: ['cannot read --cpus "many"', "a number above 0, such as 2 or 0.5"],
  },
  {
    what: "a variable's name that can't be one",
    args: run("--env", "1X=2"),
    status: 2,
    says: [
      'cannot set "1X" with --env: that is no name of a variable',
      "--env NAME=VALUE, or --env NAME for the value it has here",
    ],
  },
  {
    what: "a home's name that can't be one",
    args: run("--home", "../x"),
    status: 2,
    says: [
      '"../x" can\'t be the name of a home',
      "use lower-case letters, digits, dot, hyphen and underscore",
    ],
  },
  {
    what: "a session that isn't there",
    args: ["stop", "3f9a"],
    status: 1,
    says: ['cannot stop "3f9a": there is no such session', "the running ones: vaultbox ps"],
  },
  {
    what: "a credential of an unknown service",
    args: ["credential", "add", "gihub"],
    status: 1,
    says: [
      'there is no preset "gihub"',
      'did you mean "github"?',
      "list them: vaultbox credential presets",
      "for another service: vaultbox credential add gihub --host HOST",
    ],
  },
  {
    what: "an audit log that isn't there",
    args: ["audit", "show"],
    status: 1,
    says: [
      "cannot find the audit log: no session was recorded yet",
      "vaultbox run records every session",
    ],
  },
  {
    what: "no project file to trust",
    args: ["trust"],
    status: 1,
    says: ['there is no project file in "ROOT/project"', "write one: vaultbox init"],
  },
  {
    what: "a required option that is missing",
    args: ["proxy"],
    status: 2,
    says: [
      "required option '--socket <path>' not specified",
      '"vaultbox proxy --help" shows how it is used',
    ],
  },
  {
    what: "an argument too many",
    args: ["ps", "all"],
    status: 2,
    says: ["too many arguments for 'ps': 1, not 0", '"vaultbox ps --help" shows how it is used'],
  },
];
