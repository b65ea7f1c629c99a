import { type OperationName, type ShownLess, type Stack, toCommands, toFileName } from "./stack.ts";

const prelude = `import sys
op, url = sys.argv[1:]
method, data = ("POST", b"hello") if op == "post" else ("GET", None)
def show(piece):
    print(piece if isinstance(piece, str) else piece.decode(), end="", flush=True)
`;

interface Options {
  readonly packages?: Pick<Stack, "debian" | "pip">;
  readonly names?: readonly OperationName[];
  readonly shows?: ShownLess;
}

/** A Python program; without names it does plain requests, answers in pieces among them. */
export function python(name: string, body: string, options: Options = {}): Stack {
  const { packages = {}, names = ["get", "post", "stream"], shows } = options;
  const path = toFileName(name, "py");
  return {
    name: `Python ${name}`,
    ...packages,
    file: { path, text: `${prelude}${body}` },
    ...toCommands(`PYTHONPATH=$PWD/python python3 ${path}`, names),
    ...(shows === undefined ? {} : { shows }),
  };
}

const debian = (...debianPackages: readonly string[]) => ({ packages: { debian: debianPackages } });

export const pythonStacks: readonly Stack[] = [
  python(
    "urllib",
    `import urllib.request, urllib.error
try:
    r = urllib.request.urlopen(url, data)
except urllib.error.HTTPError as e:
    r = e
for line in r:
    show(line)
`,
  ),
  python(
    "http.client",
    `import http.client, urllib.parse
u = urllib.parse.urlsplit(url)
c = http.client.HTTPSConnection(u.netloc)
c.request(method, u.path, data)
for line in c.getresponse():
    show(line)
`,
  ),
  python(
    "requests",
    `import requests
r = requests.request(method, url, data=data, stream=op == "stream")
for piece in r.iter_content(None):
    show(piece)
`,
    debian("python3-requests"),
  ),
  python(
    "httpx",
    `import httpx
with httpx.stream(method, url, content=data) as r:
    for piece in r.iter_bytes():
        show(piece)
`,
    debian("python3-httpx"),
  ),
  python(
    "aiohttp",
    `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession(trust_env=True) as s:
        if op == "websocket":
            async with s.ws_connect(url) as w:
                await w.send_str("hello")
                return print((await w.receive()).data)
        async with s.request(method, url, data=data) as r:
            async for piece in r.content.iter_any():
                show(piece)
asyncio.run(main())
`,
    { ...debian("python3-aiohttp"), names: ["get", "post", "stream", "websocket"] },
  ),
  python(
    "urllib3",
    `import urllib3
h = urllib3.PoolManager()
r = h.request(method, url, body=data, preload_content=False)
for piece in r.stream():
    show(piece)
`,
    debian("python3-urllib3"),
  ),
  python(
    "pycurl",
    `import pycurl
c = pycurl.Curl()
c.setopt(c.URL, url)
c.setopt(c.WRITEFUNCTION, show)
if data: c.setopt(c.POSTFIELDS, data)
c.perform()
`,
    debian("python3-pycurl"),
  ),
  python(
    "httplib2",
    `import httplib2
r, b = httplib2.Http().request(url, method, body=data)
show(b)
`,
    { ...debian("python3-httplib2"), names: ["get", "post"] },
  ),
  python(
    "tornado",
    `from tornado.httpclient import HTTPClient
HTTPClient().fetch(url, raise_error=False, method=method, body=data, streaming_callback=show)
`,
    debian("python3-tornado"),
  ),
  python(
    "websocket-client",
    `import websocket
w = websocket.create_connection(url)
w.send("hello")
print(w.recv())
`,
    {
      ...debian("python3-websocket"),
      names: ["websocket"],
      shows: {
        what: "reason phrase",
        why: "its error has no body",
      },
    },
  ),
  python(
    "websockets",
    `import asyncio, websockets
async def main():
    async with websockets.connect(url) as w:
        await w.send("hello")
        print(await w.recv())
asyncio.run(main())
`,
    {
      ...debian("python3-websockets"),
      names: ["websocket"],
      shows: {
        what: "status",
        prints: "server rejected WebSocket connection: HTTP 403",
        why: "its error has no body",
      },
    },
  ),
];
