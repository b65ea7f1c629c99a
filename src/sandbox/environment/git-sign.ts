import {
  historyPath,
  plainAnswerHeader,
  signingHost,
  signingPath,
  unknownMark,
} from "../../git/signing/signer-address.ts";
import { toShellWord } from "../../base/shell-word.ts";

/** Longer than an ssh-agent may take with its user, seconds */
const answerSeconds = 90;
/** Of what is shown to the host at once: a branch of some hundred commits that no upstream has */
const maxShownCommits = 2500;
const maxShownBytes = 1_000_000;

// Through the proxy by its address: HTTP_PROXY may be unset or changed where git runs
const url = `http://${signingHost}`;

// node's own client, for images with neither curl nor wget; arguments: proxy, URL, file, place for the answer
const nodeClient = `
const [proxy, url, file, out, which] = process.argv.slice(1);
const fs = require("fs");
const { hostname, port } = new URL(proxy);
const body = fs.readFileSync(file);
const headers = { Host: new URL(url).host, "Content-Type": "application/octet-stream", "Content-Length": body.length, "${plainAnswerHeader}": which };
const request = require("http").request({ host: hostname, port, path: url, method: "POST", headers, agent: false }, (response) => {
  const parts = [];
  response.on("data", (part) => parts.push(part));
  response.on("end", () => {
    fs.writeFileSync(out, Buffer.concat(parts));
    process.exit(response.statusCode === 200 ? 0 : 1);
  });
});
request.setTimeout(${answerSeconds * 1000}, () => request.destroy(new Error("no answer")));
request.on("error", (error) => { console.error(error.message); process.exit(1); });
request.end(body);
`;

/** What the program finds in the sandbox: where the relay listens, and what is mounted. */
export interface SignerPlaces {
  /** For requests to a proxy: `http://127.0.0.1:3128` */
  readonly proxy: string;
  /** For requests as to the server itself: `http://127.0.0.1` */
  readonly direct: string;
  /** File with the ids that refs pointed to at launch, one a line */
  readonly tips: string;
}

/**
 * The text of the sandbox's `gpg.ssh.program`: git calls it as it would call ssh-keygen. It signs through the session's signer and
 * leaves everything else to the image's own ssh-keygen. A POSIX shell script that needs one of curl, wget (busybox's
 * does) and node.
 */
export function toGitSignScript(places: SignerPlaces): string {
  return `#!/bin/sh
# git's signing program in this sandbox. The key is not here: the host signs commits and tags of this session's
# repository, and nothing else.
set -u
umask 077
say() { printf 'vaultbox: %s\\n' "$*" >&2; }

operation=
wanted=
for word in "$@"; do
  if [ -n "$wanted" ]; then operation=$word; break; fi
  if [ "$word" = -Y ]; then wanted=1; fi
done
if [ "$operation" != sign ]; then
  if command -v ssh-keygen >/dev/null 2>&1; then exec ssh-keygen "$@"; fi
  say "this image has no ssh-keygen, so signatures are made here but not checked"
  exit 1
fi

namespace=
while [ $# -gt 0 ]; do
  case $1 in
  -Y | -f | -O) shift ;;
  -n) namespace=\${2-}; shift ;;
  -n?*) namespace=\${1#-n} ;;
  -U | -q | -v | -vv | -vvv) ;;
  --) shift; break ;;
  -*) say "git-sign does not know the option $1"; exit 2 ;;
  *) break ;;
  esac
  [ $# -gt 0 ] && shift
done
if [ "$namespace" != git ]; then say "only the namespace git is signed"; exit 1; fi
if [ $# -eq 0 ]; then say "git-sign needs a file to sign"; exit 2; fi

proxy=${places.proxy}
direct=${places.direct}
url=${url}
tips=${toShellWord(places.tips)}
answer=
trap '[ -z "$answer" ] || rm -f "$answer" "$answer.shown"' EXIT
trap 'exit 130' HUP INT TERM

# ask WHICH PATH FILE ANSWER: the answer is text, whatever it is
ask() {
  if command -v curl >/dev/null 2>&1; then
    [ "$(curl -q -sS -m ${answerSeconds} --proxy "$proxy" --noproxy '' -H 'Content-Type: application/octet-stream' -H 'Expect:' \\
      -H "${plainAnswerHeader}: $1" --data-binary "@$3" -o "$4" -w '%{http_code}' "$url$2")" = 200 ]
  elif command -v wget >/dev/null 2>&1; then
    case $(wget --version 2>/dev/null) in
    *GNU*)
      http_proxy=$proxy no_proxy= wget -q --no-config --content-on-error --tries=1 --timeout=${answerSeconds} \\
        --header='Content-Type: application/octet-stream' --header="${plainAnswerHeader}: $1" --post-file="$3" -O "$4" "$url$2"
      ;;
    *)
      # busybox 1.35: through a proxy it sends every POST as a GET, and with -T it crashes
      data=$(cat "$3" && printf x) || return 1
      wget -q -Y off --header='Host: ${signingHost}' --header="${plainAnswerHeader}: $1" \\
        --post-data "\${data%x}" -O "$4" "$direct$2"
      ;;
    esac
  elif command -v node >/dev/null 2>&1; then
    NODE_OPTIONS= node -e "$client" "$proxy" "$url$2" "$3" "$4" "$1"
  else
    say "signing needs one of curl, wget and node in the image"
    return 1
  fi
}
# show ID: the commits between the refs at launch and this one, so that the host sees that it was there too
show() {
  { cat "$tips" && printf '^%s\\n' "$1"; } |
    git rev-list --stdin --ignore-missing --topo-order --ancestry-path -n ${maxShownCommits} 2>/dev/null |
    git cat-file --batch 2>/dev/null | head -c ${maxShownBytes} >"$answer.shown"
  if [ -s "$answer.shown" ]; then ask final ${historyPath} "$answer.shown" "$answer"; fi
  rm -f "$answer.shown"
}
client='${nodeClient}'

for signed in "$@"; do
  case $signed in
  /*) ;;
  *) signed=./$signed ;;
  esac
  if [ ! -f "$signed" ]; then say "there is no file $signed"; exit 1; fi
  answer=$signed.sig.$$
  rm -f "$answer"
  first=
  if ask first ${signingPath} "$signed" "$answer"; then first=$(head -n 1 "$answer"); fi
  case $first in
  '${unknownMark} '*)
    if [ -r "$tips" ] && command -v git >/dev/null 2>&1; then
      for id in \${first#*:}; do show "$id"; done
    fi
    first=
    if ask final ${signingPath} "$signed" "$answer"; then first=$(head -n 1 "$answer"); fi
    ;;
  esac
  if [ "$first" != '-----BEGIN SSH SIGNATURE-----' ]; then
    if [ -s "$answer" ]; then cat "$answer" >&2; fi
    say "not signed; without a signature: git commit --no-gpg-sign, git tag --no-sign"
    exit 1
  fi
  chmod 600 "$answer" && mv -f "$answer" "$signed.sig" || exit 1
  answer=
done
`;
}
