import { operations, type Stack } from "./stack.ts";

const usual = ["get", "post"] as const;

function python(
  name: string,
  debian: readonly string[],
  body: string,
  names: readonly ("get" | "post" | "websocket")[] = usual,
  shows?: Stack["shows"],
): Stack {
  const path = `${name.replaceAll(/[^a-z0-9]/g, "_")}_client.py`;
  const text = `import sys\nop, url = sys.argv[1:]\n${body}`;
  return {
    name: `Python ${name}`,
    debian,
    file: { path, text },
    ...operations(`python3 ${path}`, names),
    ...(shows === undefined ? {} : { shows }),
  };
}

export const pythonStacks: readonly Stack[] = [
  python(
    "urllib",
    [],
    `import urllib.request, urllib.error
try:
    r = urllib.request.urlopen(url, b"hello" if op == "post" else None)
except urllib.error.HTTPError as e:
    r = e
print(r.read().decode())
`,
  ),
  python(
    "http.client",
    [],
    `import http.client, urllib.parse
u = urllib.parse.urlsplit(url)
c = http.client.HTTPSConnection(u.netloc)
c.request("POST" if op == "post" else "GET", u.path, b"hello" if op == "post" else None)
print(c.getresponse().read().decode())
`,
  ),
  python(
    "requests",
    ["python3-requests"],
    `import requests
print((requests.post(url, data="hello") if op == "post" else requests.get(url)).text)
`,
  ),
  python(
    "httpx",
    ["python3-httpx"],
    `import httpx
print((httpx.post(url, content="hello") if op == "post" else httpx.get(url)).text)
`,
  ),
  python(
    "aiohttp",
    ["python3-aiohttp"],
    `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession(trust_env=True) as s:
        if op == "websocket":
            async with s.ws_connect(url) as w:
                await w.send_str("hello")
                return print((await w.receive()).data)
        async with s.request("POST" if op == "post" else "GET", url, data=b"hello" if op == "post" else None) as r:
            print(await r.text())
asyncio.run(main())
`,
    ["get", "post", "websocket"],
  ),
  python(
    "urllib3",
    ["python3-urllib3"],
    `import urllib3
h = urllib3.PoolManager()
print(h.request("POST" if op == "post" else "GET", url, **({"body": b"hello"} if op == "post" else {})).data.decode())
`,
  ),
  python(
    "pycurl",
    ["python3-pycurl"],
    `import pycurl, io
b = io.BytesIO()
c = pycurl.Curl()
c.setopt(c.URL, url)
c.setopt(c.WRITEDATA, b)
if op == "post": c.setopt(c.POSTFIELDS, "hello")
c.perform()
print(b.getvalue().decode())
`,
  ),
  python(
    "httplib2",
    ["python3-httplib2"],
    `import httplib2
r, b = httplib2.Http().request(url, "POST" if op == "post" else "GET", body=b"hello" if op == "post" else None)
print(b.decode())
`,
  ),
  python(
    "tornado",
    ["python3-tornado"],
    `from tornado.httpclient import HTTPClient
p = {"method": "POST", "body": "hello"} if op == "post" else {}
print(HTTPClient().fetch(url, raise_error=False, **p).body.decode())
`,
  ),
  python(
    "websocket-client",
    ["python3-websocket"],
    `import websocket
w = websocket.create_connection(url)
w.send("hello")
print(w.recv())
`,
    ["websocket"],
    { what: "reason phrase", why: "its error has no body" },
  ),
  python(
    "websockets",
    ["python3-websockets"],
    `import asyncio, websockets
async def main():
    async with websockets.connect(url) as w:
        await w.send("hello")
        print(await w.recv())
asyncio.run(main())
`,
    ["websocket"],
    { what: "status", why: "its error has no body" },
  ),
];
