import { javascript } from "./javascript.ts";
import type { Stack } from "./stack.ts";

/** A browser that puppeteer drives: a page is opened, and a script in it does the rest. */
const browser = (name: string, debian: string, launch: string): Stack =>
  javascript(
    name,
    `const { default: puppeteer } = await load("puppeteer-core");
const browser = await puppeteer.launch({ headless: true, ${launch} });
const page = await browser.newPage();
page.on("console", (message) => show(message.text() + "\\n"));
if (op === "get") await page.goto(url).catch((e) => show(e.message));
else await page.goto(url.replace(/^wss/, "https").replace(/(\\/\\/[^/]+).*/, "$1/get"));
if (op === "get") show(await page.evaluate(() => document.body.innerText));
else await page.evaluate(async (op, url) => {
  if (op === "post") console.log(await (await fetch(url, { method: "POST", body: "hello" })).text());
  if (op === "stream") {
    const reader = (await fetch(url)).body.pipeThrough(new TextDecoderStream()).getReader();
    for (let r = await reader.read(); !r.done; r = await reader.read()) console.log(r.value);
  }
  if (op === "websocket") await new Promise((resolve) => {
    const w = new WebSocket(url);
    w.onopen = () => w.send("hello");
    w.onmessage = (e) => { console.log(e.data); resolve(); };
    w.onerror = () => { console.log("failed"); resolve(); };
  });
}, op, url);
await browser.close();
`,
    { debian: [debian], npm: ["puppeteer-core"], names: ["get", "post", "stream", "websocket"] },
  );

export const browserStacks: readonly Stack[] = [
  browser("Chromium", "chromium", 'executablePath: "/usr/bin/chromium", args: ["--no-sandbox"]'),
  browser("Firefox", "firefox-esr", 'browser: "firefox", executablePath: "/usr/bin/firefox-esr"'),
];
