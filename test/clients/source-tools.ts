import { python } from "./python.ts";
import type { Stack } from "./stack.ts";

const noBody = "it reads no body of an error";
const gitPath = "/git/served.git";

/** Programs for sources, images and APIs, each with a protocol of its own. */
export const sourceTools: readonly Stack[] = [
  {
    name: "git",
    get: {
      what: "clone",
      command: 'git clone -q "$URL" "$T/r" && cat "$T/r/README"',
      path: gitPath,
    },
    post: {
      what: "push",
      command:
        'git clone -q "$URL" "$T/r" && cd "$T/r" && git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m hello && git push -q origin "HEAD:$(basename "$T")" && echo got $(git log -1 --format=%s "origin/$(basename "$T")")',
      path: gitPath,
    },
  },
  {
    name: "hg",
    debian: ["mercurial"],
    setup:
      "mkdir -p served && hg init served/hg && echo it was served > served/hg/README && hg -R served/hg add -q served/hg/README && hg -R served/hg commit -q -u a -m one",
    get: {
      what: "clone",
      command: 'hg clone -q "$URL" "$T/r"; cat "$T/r/README"',
      path: "/files/hg",
    },
    shows: { what: "reason phrase", why: noBody },
  },
  {
    name: "svn",
    debian: ["subversion"],
    refused: 'svn --non-interactive ls "$URL"',
    shows: { what: "status", prints: `Access to '/a/b' forbidden`, why: noBody },
  },
  {
    name: "gh",
    keyed: true,
    get: 'GH_HOST="$HOST" GH_ENTERPRISE_TOKEN="$MODELS_KEY" gh api "$URL"',
    post: 'GH_HOST="$HOST" GH_ENTERPRISE_TOKEN="$MODELS_KEY" gh api -X POST "$URL" -f say=hello',
  },
  {
    name: "docker, an engine",
    debian: ["docker.io"],
    get: {
      what: "version",
      command: `mkdir "$T/c" && cp /run/vaultbox/ca.pem "$T/c/ca.pem" && DOCKER_CERT_PATH="$T/c" DOCKER_TLS_VERIFY=1 DOCKER_HOST="tcp://$HOST:443" docker version`,
      path: "/",
    },
    only: {
      way: "direct",
      why: "it takes `ALL_PROXY` for a SOCKS proxy",
      prints: "proxy: unknown scheme: http",
    },
  },
  {
    name: "docker, a registry",
    debian: ["docker.io"],
    refused: 'docker manifest inspect "$HOST/served/image"',
  },
  {
    name: "skopeo",
    debian: ["skopeo"],
    get: {
      what: "inspect",
      command: 'skopeo inspect --raw "docker://$HOST/served/image"',
      path: "/v2/",
    },
    shows: {
      what: "status",
      prints: "invalid status code from registry 403 (Forbidden)",
      why: noBody,
    },
  },
  {
    name: "aws",
    debian: ["awscli"],
    get: {
      what: "s3api get-object",
      command:
        'aws s3api get-object --no-sign-request --region us-east-1 --endpoint-url "https://$HOST" --bucket bucket --key get "$T/got" && cat "$T/got"',
      path: "/bucket/get",
    },
  },
  {
    ...python(
      "gRPC",
      `import grpc, urllib.parse
channel = grpc.secure_channel(urllib.parse.urlsplit(url).netloc, grpc.ssl_channel_credentials())
try:
    print(channel.unary_unary("/served.Served/Get")(b"", timeout=20))
except grpc.RpcError as e:
    print(e.code(), e.details())
`,
      { packages: { debian: ["python3-grpcio"] }, names: ["get"] },
    ),
    notYet: { why: "it needs HTTP/2", prints: "StatusCode.UNAVAILABLE" },
  },
];
