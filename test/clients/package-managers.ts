import type { Stack } from "./stack.ts";

const noBody = "it reads no body of an error";
const files = "https://api.example.com/files";

const npmSetup = `mkdir -p served/npm/package && cd served/npm && echo '{"name":"served","version":"1.0.0"}' > package/package.json && echo it was served > package/README && tar -czf served-1.0.0.tgz package && echo '{"name":"served","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"served","version":"1.0.0","dist":{"tarball":"${files}/npm/served-1.0.0.tgz","shasum":"'$(sha1sum < served-1.0.0.tgz | cut -d" " -f1)'"}}}}' > served`;

/** A client of npm's registry. */
const npmLike = (name: string, install: string, rest: Partial<Stack> = {}): Stack => ({
  name,
  setup: npmSetup,
  get: {
    what: "install",
    command: `cd "$T" && echo '{}' > package.json && ${install} && cat node_modules/served/README`,
    path: "/files/npm",
  },
  ...rest,
});

const pipSetup = `mkdir -p served/pip/served && python3 - <<'END'
import zipfile
z = zipfile.ZipFile("served/pip/served/served-1.0.0-py3-none-any.whl", "w")
info = "served-1.0.0.dist-info"
z.writestr("served.py", "it was served")
z.writestr(info + "/METADATA", "Metadata-Version: 2.1\\nName: served\\nVersion: 1.0.0\\n")
z.writestr(info + "/WHEEL", "Wheel-Version: 1.0\\nGenerator: a\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
z.writestr(info + "/RECORD", "served.py,,\\n" + info + "/METADATA,,\\n" + info + "/WHEEL,,\\n" + info + "/RECORD,,\\n")
z.close()
END
echo '<a href="served-1.0.0-py3-none-any.whl">served-1.0.0-py3-none-any.whl</a>' > served/pip/served/index.html`;

const pip = (what: string) =>
  `pip install -q --no-cache-dir --retries 0 --target "$T/p" ${what}; cat "$T/p/served.py"`;

const gemSetup = `mkdir -p served/gem/gems && cd served/gem && echo it was served > README && printf 'Gem::Specification.new { |s| s.name = "served"; s.version = "1.0.0"; s.summary = s.author = "a"; s.files = ["README"] }' > served.gemspec && gem build -q served.gemspec -o gems/served-1.0.0.gem && gem generate_index -d .`;

const aptOptions =
  "-o Dir::Etc::SourceList=$T/s.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$T/lists -o Dir::Cache=$T -o APT::Sandbox::User=";

export const packageManagers: readonly Stack[] = [
  npmLike("npm", 'npm install --registry "$URL/" served'),
  npmLike("pnpm", 'pnpm add --registry "$URL/" served', {
    npm: ["pnpm@9"],
    shows: { what: "reason phrase", why: noBody },
  }),
  npmLike("yarn", 'yarn add --registry "$URL/" served', { npm: ["yarn@1"] }),
  npmLike("bun install", 'bun add --registry "$URL/" served', {
    npm: ["bun"],
    shows: {
      what: "status",
      prints: "error: GET https://refused.example.net/files/npm/served - 403",
      why: noBody,
    },
  }),
  {
    name: "pip, a package",
    setup: pipSetup,
    get: { what: "install", command: pip('--index-url "$URL" served'), path: "/files/pip" },
    shows: {
      what: "nothing",
      prints: "No matching distribution found for served",
      why: "with -v it prints the reason phrase",
    },
  },
  {
    name: "pip, a URL",
    setup: pipSetup,
    get: {
      what: "install",
      command: pip('"$URL"'),
      path: "/files/pip/served/served-1.0.0-py3-none-any.whl",
    },
    shows: { what: "reason phrase", why: noBody },
  },
  {
    name: "apt",
    setup: `mkdir -p served/apt d/DEBIAN && printf 'Package: served\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@example.com>\\nDescription: it\\n' > d/DEBIAN/control && echo it was served > d/README && dpkg-deb -b d served/apt/served_1_all.deb && (cat d/DEBIAN/control; echo Filename: ./served_1_all.deb; echo Size: $(stat -c %s served/apt/served_1_all.deb); echo SHA256: $(sha256sum < served/apt/served_1_all.deb | cut -d' ' -f1)) > served/apt/Packages`,
    get: {
      what: "update, download",
      command: `mkdir -p "$T/lists/partial" "$T/archives/partial"; cd "$T"; echo "deb [trusted=yes] $URL ./" > s.list; apt-get ${aptOptions} update && apt-get ${aptOptions} download served && dpkg-deb -x served_1_all.deb d && cat d/README`,
      path: "/files/apt",
    },
    shows: { what: "reason phrase", why: noBody },
  },
  {
    name: "gem",
    debian: ["ruby"],
    setup: gemSetup,
    get: {
      what: "install",
      command:
        'gem install -q --clear-sources --source "$URL" -i "$T/g" --no-document served && cat "$T/g/gems/served-1.0.0/README"',
      path: "/files/gem",
    },
    shows: { what: "reason phrase", why: noBody },
  },
  {
    name: "bundler",
    debian: ["bundler"],
    setup: gemSetup,
    get: {
      what: "install",
      command:
        'cd "$T"; echo "source \\"$URL\\"; gem \\"served\\"" > Gemfile; BUNDLE_PATH="$T/g" bundle install --retry 0 && cat "$T"/g/ruby/*/gems/served-1.0.0/README',
      path: "/files/gem",
    },
    shows: {
      what: "nothing",
      prints: "Authentication is required for",
      why: "it takes every 403 for a missing password",
    },
  },
  {
    name: "composer",
    debian: ["composer"],
    setup: `mkdir -p served/composer && python3 -c 'import zipfile; z = zipfile.ZipFile("served/composer/served.zip", "w"); z.writestr("README", "it was served"); z.writestr("composer.json", "{}"); z.close()' && echo '{"packages":{"a/served":{"1.0.0":{"name":"a/served","version":"1.0.0","dist":{"type":"zip","url":"${files}/composer/served.zip"}}}}}' > served/composer/packages.json`,
    get: {
      what: "update",
      command: `cd "$T"; printf '{"repositories":[{"type":"composer","url":"%s"},{"packagist.org":false}],"require":{"a/served":"*"}}' "$URL" > composer.json; COMPOSER_HOME="$T/c" composer update --no-interaction && cat vendor/a/served/README`,
      path: "/files/composer",
    },
    shows: { what: "reason phrase", why: noBody },
  },
  {
    name: "cargo",
    debian: ["cargo"],
    get: {
      what: "fetch",
      command: `cd "$T"; mkdir src; touch src/lib.rs; printf '[package]\\nname = "a"\\nversion = "1.0.0"\\n[dependencies]\\nserved = { git = "%s" }\\n' "$URL" > Cargo.toml; CARGO_HOME="$T/c" cargo fetch && cat "$T"/c/git/checkouts/*/*/README`,
      path: "/git/served.git",
    },
    shows: {
      what: "status",
      prints: "failed to receive HTTP 200 response: got 403",
      why: "its git library reads no body of an error; with net.git-fetch-with-cli git prints the text",
    },
  },
  {
    name: "go",
    debian: ["golang-go"],
    setup: `mkdir -p served/go/example.org/served/@v && cd served/go/example.org/served/@v && echo v1.0.0 > list && echo '{"Version":"v1.0.0"}' > v1.0.0.info && echo 'module example.org/served' > v1.0.0.mod && python3 -c 'import zipfile; z = zipfile.ZipFile("v1.0.0.zip", "w"); p = "example.org/served@v1.0.0/"; z.writestr(p + "go.mod", "module example.org/served"); z.writestr(p + "README", "it was served"); z.close()'`,
    get: {
      what: "get",
      command: `cd "$T"; printf 'module x\\n' > go.mod; export GOFLAGS="-mod=mod -modcacherw" GOMODCACHE="$T/m" GONOSUMDB=* GONOSUMCHECK=1 GOPROXY="$URL"; go mod download example.org/served@v1.0.0 && cat "$T"/m/example.org/served@v1.0.0/README`,
      path: "/files/go",
    },
  },
  {
    name: "Maven",
    debian: ["maven"],
    setup:
      "mkdir -p served/maven/a/served/1 && echo '<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>served</artifactId><version>1</version><packaging>pom</packaging><name>it was served</name></project>' > served/maven/a/served/1/served-1.pom",
    get: {
      what: "validate",
      command:
        'cd "$T"; echo "<settings><localRepository>$T/m</localRepository><mirrors><mirror><id>m</id><mirrorOf>*</mirrorOf><url>$URL</url></mirror></mirrors></settings>" > s.xml; echo "<project><modelVersion>4.0.0</modelVersion><parent><groupId>a</groupId><artifactId>served</artifactId><version>1</version><relativePath/></parent><artifactId>b</artifactId><packaging>pom</packaging></project>" > pom.xml; mvn -B -s s.xml validate && cat m/a/served/1/served-1.pom',
      path: "/files/maven",
    },
    shows: { what: "reason phrase", why: noBody },
  },
];
