import { expect, test } from "vitest";
import { makeCommits, makePack, toPieces } from "../../support/git-repositories.ts";
import { makeInspectionWorld } from "./inspection-world.ts";

const attributes = "* text=auto\n";
const modules = '[submodule "x"]\n\tpath = x\n\turl = https://git.example.com/x\n';

test("a push that leaves .gitattributes and .gitmodules as they are brings neither, and is taken", async () => {
  await using world = await makeInspectionWorld();
  const folders = Array.from({ length: 200 }, (_, index) => [
    `folder-${index}/.gitattributes`,
    `${attributes}# ${index}\n`,
  ]);
  const special = {
    ".gitattributes": attributes,
    ".gitmodules": modules,
    ...(Object.fromEntries(folders) as Record<string, string>),
  };
  const changed = Object.fromEntries(
    folders.map(([name]) => [name!.replace(".gitattributes", "a"), "changed"]),
  );
  const ids = await makeCommits(world.upstream, [
    { parents: [], files: { ...special, a: "1" } },
    { parents: [":1"], files: { ...special, ...changed, a: "2" } },
  ]);
  const [from, to] = ids as [string, string];
  await world.upstream.git(["update-ref", "refs/heads/main", from]);
  await using push = await world.open();
  const pack = await makePack(world.upstream, { include: [to], exclude: [from] });
  await push.receive(toPieces(pack));
  expect(await push.findDeniedPath(to, (path) => path.endsWith(".gitattributes"))).toBeUndefined();
  expect(await push.findDeniedPath(to, (path) => path === "a")).toBe("a");
});

test("another fault beside the missing .gitattributes is one", async () => {
  await using world = await makeInspectionWorld();
  const evil = '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=x\n';
  const ids = await makeCommits(world.upstream, [
    { parents: [], files: { ".gitattributes": attributes } },
    { parents: [":1"], files: { ".gitattributes": attributes, ".gitmodules": evil } },
  ]);
  const [from, to] = ids as [string, string];
  await world.upstream.git(["update-ref", "refs/heads/main", from]);
  await using push = await world.open();
  const pack = await makePack(world.upstream, { include: [to], exclude: [from] });
  await expect(push.receive(toPieces(pack))).rejects.toThrow("malformed object");
});
