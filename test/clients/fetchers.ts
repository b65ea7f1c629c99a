import type { Stack } from "./stack.ts";

const noBody = "it reads no body of an error";

/** Programs that fetch a URL. */
export const fetchers: readonly Stack[] = [
  {
    name: "curl",
    get: 'curl -sS "$URL"',
    post: 'curl -sS -d hello "$URL"',
    stream: 'curl -sSN "$URL"',
  },
  {
    name: "curl -f",
    get: 'curl -fsS "$URL"',
    stream: 'curl -fsSN "$URL"',
    shows: {
      what: "status",
      prints: "curl: (22) The requested URL returned error: 403",
      why: "-f leaves the body out",
    },
  },
  {
    name: "wget",
    get: 'wget -nv -O- "$URL"',
    post: 'wget -nv -O- --post-data=hello "$URL"',
    stream: 'wget -nv -O- "$URL"',
    shows: { what: "reason phrase", why: "with --content-on-error it prints the text" },
  },
  {
    name: "wget2",
    debian: ["wget2"],
    get: 'wget2 -O- "$URL" || echo "status $?"',
    post: 'wget2 -O- --post-data=hello "$URL" || echo "status $?"',
    only: {
      way: "direct",
      why: "it speaks TLS to the proxy itself, use --no-proxy",
      prints: "status 4",
    },
    shows: {
      what: "status",
      prints: "HTTP ERROR response 403",
      why: "with --content-on-error it prints the text",
    },
  },
  {
    name: "aria2",
    debian: ["aria2"],
    get: 'aria2c --console-log-level=notice -d "$T" -o got "$URL"; cat "$T/got"',
    only: {
      way: "proxied",
      why: "it takes a machine that has only a loopback interface for one without a network",
      prints: "failed:No address returned",
    },
    shows: {
      what: "status",
      prints: "The response status is not successful. status=403",
      why: noBody,
    },
  },
  {
    name: "axel",
    debian: ["axel"],
    get: 'axel -n 1 -o "$T/got" "$URL"; cat "$T/got"',
    shows: { what: "reason phrase", why: noBody },
  },
  {
    name: "lftp",
    debian: ["lftp"],
    get: 'lftp -c "set net:max-retries 1; cat $URL"',
    stream: 'lftp -c "set net:max-retries 1; cat $URL"',
    shows: { what: "reason phrase", why: noBody },
  },
  {
    name: "HTTPie",
    debian: ["httpie"],
    get: 'http --ignore-stdin --body GET "$URL"',
    post: 'printf hello | http --body POST "$URL" Content-Type:text/plain',
    stream: 'http --ignore-stdin --stream --body GET "$URL"',
  },
  {
    name: "rclone",
    debian: ["rclone"],
    get: 'rclone copyurl --stdout "$URL"',
    stream: 'rclone copyurl --stdout "$URL"',
    shows: { what: "reason phrase", why: noBody },
  },
  { name: "lynx", debian: ["lynx"], get: 'lynx -dump "$URL"' },
  { name: "w3m", debian: ["w3m"], get: 'w3m -dump "$URL"' },
  { name: "links", debian: ["links"], get: 'links -dump "$URL"' },
  { name: "elinks", debian: ["elinks"], get: 'elinks -dump "$URL"' },
  {
    name: "wscat",
    npm: ["wscat"],
    websocket: '(echo hello; sleep 3) | wscat --no-color -w 2 -x hello -c "$URL"',
    shows: {
      what: "status",
      prints: "error: Unexpected server response: 403",
      why: "it reads no body of a refused handshake",
    },
  },
];
