import type { Stack } from "./stack.ts";

/** Programs that fetch a URL. */
const fetchers: readonly Stack[] = [
  { name: "curl", get: 'curl -sS "$URL"', post: 'curl -sS -d hello "$URL"' },
  {
    name: "curl -f",
    get: 'curl -fsS "$URL"',
    shows: { what: "status", why: "-f leaves the body out" },
  },
  {
    name: "wget",
    get: 'wget -nv -O- "$URL"',
    post: 'wget -nv -O- --post-data=hello "$URL"',
    shows: { what: "reason phrase", why: "the body comes with --content-on-error" },
  },
  {
    name: "wget2 --no-proxy",
    debian: ["wget2"],
    get: 'wget2 --no-proxy -O- "$URL"',
    post: 'wget2 --no-proxy -O- --post-data=hello "$URL"',
    shows: { what: "status", why: "the body comes with --content-on-error" },
  },
  {
    name: "aria2",
    needsProxy: "it takes a machine with a loopback interface alone for one without a network",
    debian: ["aria2"],
    get: 'aria2c --console-log-level=notice -d "$T" -o got "$URL"; cat "$T/got"',
    shows: { what: "status", why: "it reads no body of an error" },
  },
  {
    name: "axel",
    debian: ["axel"],
    get: 'axel -n 1 -o "$T/got" "$URL"; cat "$T/got"',
    shows: { what: "reason phrase", why: "it reads no body of an error" },
  },
  {
    name: "lftp",
    debian: ["lftp"],
    get: 'lftp -c "set net:max-retries 1; cat $URL"',
    shows: { what: "reason phrase", why: "it reads no body of an error" },
  },
  {
    name: "HTTPie",
    debian: ["httpie"],
    get: 'http --ignore-stdin --body GET "$URL"',
    post: 'printf hello | http --body POST "$URL" Content-Type:text/plain',
  },
  { name: "lynx", debian: ["lynx"], get: 'lynx -dump "$URL"' },
  { name: "w3m", debian: ["w3m"], get: 'w3m -dump "$URL"' },
  { name: "links", debian: ["links"], get: 'links -dump "$URL"' },
  { name: "elinks", debian: ["elinks"], get: 'elinks -dump "$URL"' },
];

/** Programs with a protocol of their own: what they print at a refused host. */
const ownProtocols: readonly Stack[] = [
  { name: "git", refused: 'git ls-remote "$URL.git"' },
  { name: "npm", refused: 'npm view is-number --registry "$URL/"' },
  {
    name: "pnpm",
    npm: ["pnpm@9"],
    refused: 'pnpm view is-number --registry "$URL/"',
  },
  {
    name: "yarn",
    npm: ["yarn@1"],
    refused: 'yarn info is-number --registry "$URL/"',
    shows: { what: "nothing", why: "it prints no answer of a registry" },
  },
  {
    name: "pip, a package",
    refused: 'pip download --no-cache-dir --retries 0 -d "$T" --index-url "$URL" nosuch',
    shows: {
      what: "nothing",
      why: "it says that there is no such version; -v shows the reason phrase",
    },
  },
  {
    name: "pip, a URL",
    refused: 'pip download --no-cache-dir --retries 0 -d "$T" "$URL/nosuch-1.0.tar.gz"',
    shows: { what: "reason phrase", why: "it reads no body of an error" },
  },
  {
    name: "apt",
    refused:
      'mkdir -p $T/lists/partial; echo "deb [trusted=yes] $URL stable main" > $T/s.list; apt-get -o Dir::Etc::SourceList=$T/s.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$T/lists -o Dir::Cache=$T -o APT::Sandbox::User=root update',
    shows: { what: "reason phrase", why: "it reads no body of an error" },
  },
  {
    name: "gem",
    debian: ["ruby"],
    refused: 'gem fetch nosuch --clear-sources --source "$URL"',
    shows: { what: "reason phrase", why: "it reads no body of an error" },
  },
  {
    name: "bundler",
    debian: ["bundler"],
    refused:
      'cd "$T"; echo "source \\"$URL\\"; gem \\"nosuch\\"" > Gemfile; bundle install --retry 0',
    shows: { what: "nothing", why: "it takes every 403 for a missing password" },
  },
  {
    name: "composer",
    debian: ["composer"],
    refused:
      'cd "$T"; printf \'{"repositories":[{"type":"composer","url":"%s"},{"packagist.org":false}],"require":{"a/b":"*"}}\' "$URL" > composer.json; composer update --no-interaction',
    shows: { what: "reason phrase", why: "it reads no body of an error" },
  },
  {
    name: "cargo",
    debian: ["cargo"],
    refused: 'cargo install --git "$URL" --root "$T"',
    shows: { what: "status", why: "its git library reads no body of an error" },
  },
  {
    name: "go",
    debian: ["golang-go"],
    refused:
      'cd "$T"; printf "module x\\n" > go.mod; GOFLAGS=-mod=mod GONOSUMDB=* GOPROXY="$URL" go get example.org/nosuch@v1.0.0',
  },
  {
    name: "hg",
    debian: ["mercurial"],
    refused: 'hg identify "$URL"',
    shows: { what: "reason phrase", why: "it reads no body of an error" },
  },
  {
    name: "svn",
    debian: ["subversion"],
    refused: 'svn --non-interactive ls "$URL"',
    shows: { what: "status", why: "it reads no body of an error" },
  },
];

export const toolStacks: readonly Stack[] = [...fetchers, ...ownProtocols];
