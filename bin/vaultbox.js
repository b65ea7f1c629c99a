#!/usr/bin/env node
// Plain JavaScript without imports at the top, so that an old Node can say what is wrong with it.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `vaultbox: error: vaultbox needs Node.js 24 or newer, and this is ${process.versions.node}\n` +
      `vaultbox: hint: install a current Node.js, or "npm install node@24" and put its bin on PATH\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import("../dist/main.js");
  await main(process.argv.slice(2));
}
