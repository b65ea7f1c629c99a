import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readAptSources } from "../../../../src/engine/image/apt-sources.ts";
import { pickAptOptions } from "../../../../src/engine/image/host-network.ts";

async function makeAptFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-apt-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "sources.list.d"));
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
  return folder;
}

test("Sources in the one-line form are read, comments and source packages left out", async () => {
  const folder = await makeAptFolder({
    "sources.list": [
      "# deb http://off.test/debian bookworm main",
      "deb [trusted=no] http://mirror.test/debian bookworm main contrib # daily",
      "deb-src http://mirror.test/debian bookworm main",
      "deb http://mirror.test/debian bookworm-updates main",
    ].join("\n"),
  });
  expect(await readAptSources("bookworm", folder)).toEqual([
    "deb [trusted=no] http://mirror.test/debian bookworm main contrib",
    "deb http://mirror.test/debian bookworm-updates main",
  ]);
});

test("Sources in the deb822 form give one line for each address and suite", async () => {
  const folder = await makeAptFolder({
    "sources.list.d/debian.sources": [
      "Types: deb deb-src",
      "# a note",
      "URIs: http://a.test/debian",
      " http://b.test/debian",
      "Suites: bookworm bookworm-security",
      "Components: main",
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
      "",
      "Types: deb",
      "Enabled: no",
      "URIs: http://c.test/debian",
      "Suites: bookworm",
      "Components: main",
    ].join("\n"),
  });
  const key = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
  expect(await readAptSources("bookworm", folder)).toEqual([
    `deb ${key} http://a.test/debian bookworm main`,
    `deb ${key} http://a.test/debian bookworm-security main`,
    `deb ${key} http://b.test/debian bookworm main`,
    `deb ${key} http://b.test/debian bookworm-security main`,
  ]);
});

test("Sources of third parties, other releases and disabled files are left out", async () => {
  const folder = await makeAptFolder({
    "sources.list.d/docker.list": "deb http://third.test/linux bookworm stable\n",
    "sources.list.d/tool.list": "deb http://third.test/apt nodistro main\n",
    "sources.list.d/old.list": "deb http://mirror.test/debian bullseye main\n",
    "sources.list.d/off.list.disabled": "deb http://mirror.test/debian bookworm main\n",
  });
  expect(await readAptSources("bookworm", folder)).toEqual([]);
});

test("Only those apt options are taken over that decide how a mirror is reached", () => {
  const dump = [
    'Acquire::http::Proxy "http://proxy.test:3128";',
    'Acquire::https::CAInfo "/etc/ssl/company.pem";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::AllowInsecureRepositories "1";',
    'Acquire::Retries "";',
  ].join("\n");
  expect(pickAptOptions(dump)).toEqual([
    'Acquire::http::Proxy "http://proxy.test:3128";',
    'Acquire::https::CAInfo "/etc/ssl/company.pem";',
    'Acquire::Check-Valid-Until "false";',
  ]);
});
