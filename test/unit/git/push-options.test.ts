import { describe, expect, test } from "vitest";
import { findQuickAction } from "../../../src/git/forge/gitlab/gitlab-quick-action.ts";
import { readPushOption } from "../../../src/git/push-options.ts";
import { forges } from "../../../src/git/repository-call.ts";

const create = { type: "pull", step: "create" };
const merge = { type: "pull", step: "merge" };
const forbidden = expect.objectContaining({ type: "forbidden" });

describe("a push option", () => {
  test.each([
    ["merge_request.create", create],
    ["mr.create", create],
    ["merge_request.target=main", create],
    ["merge_request.title=Fix = it", create],
    ["merge_request.label=bug", create],
    ["merge_request.draft", create],
    ["merge_request.remove_source_branch", create],
    ["merge_request.description=What it does\\nand why", create],
    ["merge_request.description=see\\n/label ~bug", create],
    ["merge_request.description=see\\n/merge", merge],
    ["merge_request.description=see\\n/rebase", undefined],
    ["merge_request.auto_merge", merge],
    ["merge_request.merge_when_pipeline_succeeds", merge],
    ["merge_request.merge_when_pipeline_succeeds=false", merge],
    ["mr.auto_merge", merge],
    ["merge_request.target_project=other/project", forbidden],
    ["merge_request.invented", undefined],
    ["ci.skip", "ignored"],
    ["integrations.skip_ci", "ignored"],
    ["ci.variable=TOKEN=1", forbidden],
    ["ci.input=stage=test", forbidden],
    ["ci.invented", forbidden],
    ["secret_push_protection.skip_all", forbidden],
    ["secret_detection.skip_all", forbidden],
    ["security_policy.bypass_reason=x", forbidden],
    ["topic=x", undefined],
    [" mr . auto_merge", undefined],
    [".mr.auto_merge", undefined],
    ["x", undefined],
  ])("of GitLab: %s", (option, action) => {
    expect(readPushOption("gitlab", option)).toEqual(action);
  });

  test.each([
    ["topic=fix", create],
    ["title=Fix", create],
    ["description=Why", create],
    ["force-push=true", forbidden],
    ["repo.private=false", forbidden],
    ["repo.template=true", forbidden],
    ["ci.skip", undefined],
    ["x", undefined],
  ])("of Gitea: %s", (option, action) => {
    expect(readPushOption("gitea", option)).toEqual(action);
  });

  test.each([
    ["anything", "ignored"],
    ["ci.skip", "ignored"],
    ["ci.variable=A=1", forbidden],
    ["repo.private=false", forbidden],
    ["merge_request.auto_merge", merge],
    ["title=Fix", create],
    [" mr . auto_merge", undefined],
    ["..mr.auto_merge", undefined],
    ["merge_request.invented", undefined],
  ])("of a server that isn't known counts as what any would make of it: %s", (option, action) => {
    expect(readPushOption("generic", option)).toEqual(action);
    expect(readPushOption("azure", option)).toEqual(action);
  });

  test("does nothing at GitHub", () => {
    expect(readPushOption("github", "ci.variable=A=1")).toBe("ignored");
  });

  describe.each(forges)("is understood by nobody, %s", (forge) => {
    test.each([
      ["that is empty", ""],
      ["of several lines", "a\nb"],
      ["with a NUL", "a\0b"],
      ["with a control", "a\u007f"],
      ["that is endless", "a".repeat(20_000)],
    ])("%s", (_, option) => {
      expect(readPushOption(forge, option)).toBeUndefined();
    });
  });
});

describe("a text at GitLab", () => {
  test.each([
    ["Looks good", "none"],
    ["see /merge in the docs", "none"],
    ["/usr/bin/env node", "none"],
    ["run\n/assign @me\n/label ~bug", "edit"],
    ["fine\n/merge", "merge"],
    ["fine\n/MERGE now", "merge"],
    ["/approve", "merge"],
    ["/submit_review approve", "merge"],
    ["fine\r\n/mer\rge\r\n", "merge"],
    ["/label ~x\n/merge\n/cc @y", "merge"],
    ["  /merge", "merge"],
    ["```\n/merge\n```", "merge"],
    ["/rebase", "unknown"],
    ["/create_merge_request main", "unknown"],
    ["/tag v1.2.3", "unknown"],
    ["/merge\n/rebase", "unknown"],
  ])("is read for commands: %j", (text, type) => {
    expect(findQuickAction(text).type).toBe(type);
  });
});
