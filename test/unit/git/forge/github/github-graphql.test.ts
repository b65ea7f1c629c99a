import { describe, expect, it } from "vitest";
import type { ApiReading } from "../../../../../src/git/api-reading.ts";
import { readGraphqlRequest } from "../../../../../src/git/forge/github/github-graphql.ts";
import { toFacts, type NodeFacts } from "../../../../../src/git/forge/github/node-facts.ts";
import type { RefUpdate, RepositoryAction } from "../../../../../src/git/repository-call.ts";
import ghRequests from "./gh-requests.json" with { type: "json" };

const widgets = "acme/widgets";
const nodes = new Map<string, NodeFacts>([
  ["R_1", { type: "Repository", repository: widgets }],
  ["R_2", { type: "Repository", repository: "eve/loot" }],
  ["PR_7", { type: "PullRequest", repository: widgets }],
  ["PR_8", { type: "PullRequest", repository: "eve/loot" }],
  ["ID_1", { type: "Issue", repository: widgets }],
  ["IC_1", { type: "IssueComment", repository: widgets }],
  ["PRR_1", { type: "PullRequestReview", repository: widgets }],
  ["REF_m", { type: "Ref", repository: widgets, ref: "refs/heads/main" }],
  ["REF_x", { type: "Ref", repository: widgets, ref: "refs/heads/agent/x" }],
]);
const facts = toFacts(nodes, new Map([["acme/widgets", widgets]]));

function read(body: unknown): ApiReading {
  const request = readGraphqlRequest(body);
  return request.kind === "request" ? request.toReading(facts) : request;
}

const mutate = (field: string, input: unknown) =>
  read({
    query: `mutation($input:Some!){${field}(input:$input){clientMutationId}}`,
    variables: { input },
  });

const actions = (...list: RepositoryAction[]): ApiReading => ({
  kind: "calls",
  calls: list.map((action) => ({ repository: widgets, action })),
});
const pull = (step: "comment" | "create" | "merge") => actions({ type: "pull", step });
const update = (ref: string, rest: Partial<RefUpdate> = {}) => {
  const base = { change: "update", rewrite: "no", paths: "unknown", ...rest } as const;
  return actions({ type: "update-ref", update: { ref, ...base } });
};
const onBranch = { repositoryNameWithOwner: widgets, branchName: "agent/x" };

describe("readGraphqlRequest", () => {
  it.each(ghRequests.map((one) => [one.command, one.query.slice(0, 50), one] as const))(
    "understands what `%s` sends: %s",
    (command, _, { query, variables }) => {
      const reading = read({ query, variables });
      expect(reading.kind).toBe(command === "gh repo list" ? "not-understood" : "calls");
      for (const call of reading.kind === "calls" ? reading.calls : []) {
        expect(call.repository).toBe(widgets);
      }
    },
  );

  it.each<[string, unknown, ApiReading]>([
    [
      "createCommitOnBranch",
      {
        branch: onBranch,
        fileChanges: { additions: [{ path: "a" }], deletions: { path: "b/c" } },
        message: { headline: "m" },
      },
      update("refs/heads/agent/x", { paths: ["a", "b/c"] }),
    ],
    ["createCommitOnBranch", { branch: { id: "REF_m" } }, update("refs/heads/main", { paths: [] })],
    [
      "createCommitOnBranch",
      { branch: { ...onBranch, branchName: "refs/heads/main" } },
      update("refs/heads/main", { paths: [] }),
    ],
    [
      "createRef",
      { repositoryId: "R_1", name: "refs/heads/agent/x", oid: "1" },
      update("refs/heads/agent/x", { change: "create" }),
    ],
    ["updateRef", { refId: "REF_m", oid: "1" }, update("refs/heads/main")],
    [
      "updateRef",
      { refId: "REF_x", oid: "1", force: true },
      update("refs/heads/agent/x", { rewrite: "yes" }),
    ],
    [
      "updateRefs",
      {
        repositoryId: "R_1",
        refUpdates: { name: "refs/heads/x", afterOid: "0".repeat(40), force: false },
      },
      update("refs/heads/x", { change: "delete", rewrite: "yes", paths: [] }),
    ],
    [
      "updateRefs",
      {
        repositoryId: "R_1",
        refUpdates: [{ name: "refs/heads/x", afterOid: "1".repeat(40), force: true }],
      },
      update("refs/heads/x", { change: "create-or-update", rewrite: "yes" }),
    ],
    [
      "deleteRef",
      { refId: "REF_x" },
      update("refs/heads/agent/x", { change: "delete", rewrite: "yes", paths: [] }),
    ],
    ["mergeBranch", { repositoryId: "R_1", base: "main", head: "x" }, update("refs/heads/main")],
    ["createPullRequest", { repositoryId: "R_1", headRefName: "agent/x" }, pull("create")],
    ["closePullRequest", { pullRequestId: "PR_7" }, pull("create")],
    ["mergePullRequest", { pullRequestId: "PR_7" }, pull("merge")],
    ["enablePullRequestAutoMerge", { pullRequestId: "PR_7" }, pull("merge")],
    ["enqueuePullRequest", { pullRequestId: "PR_7" }, pull("merge")],
    ["addComment", { subjectId: "PR_7", body: "b" }, pull("comment")],
    ["addPullRequestReview", { pullRequestId: "PR_7", event: "APPROVE" }, pull("merge")],
    ["addPullRequestReview", { pullRequestId: "PR_7", event: "COMMENT" }, pull("comment")],
    ["submitPullRequestReview", { pullRequestReviewId: "PRR_1", event: "APPROVE" }, pull("merge")],
    ["dismissPullRequestReview", { pullRequestReviewId: "PRR_1" }, pull("merge")],
    ["updateIssueComment", { id: "IC_1", body: "b" }, pull("comment")],
    [
      "createIssue",
      { repositoryId: "R_1", title: "t" },
      actions({ type: "other", what: "changing issues" }),
    ],
  ])("reads what %s of %j changes", (field, input, expected) => {
    expect(mutate(field, input)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    [
      "a mutation that isn't known",
      { query: "mutation{deleteRepository(input:{id:1}){clientMutationId}}" },
    ],
    ["a gist", { query: 'mutation{createGist(input:{description:"x"}){clientMutationId}}' }],
    ["a transfer", { query: "mutation{transferRepository(input:{}){clientMutationId}}" }],
    ["a batch", [{ query: "{viewer{login}}" }]],
    ["a persisted query", { extensions: { persistedQuery: { sha256Hash: "x" } } }],
    ["a document id", { query: "{viewer{login}}", documentId: "x" }],
    ["a subscription", { query: "subscription{viewer{login}}" }],
    ["a syntax error", { query: "{viewer{login}" }],
    ["a type definition", { query: "{viewer{login}} type A{b:Int}" }],
    ["variables as text", { query: "{viewer{login}}", variables: "{}" }],
    ["two operations, none named", { query: "query A{viewer{login}} query B{viewer{login}}" }],
    ["an operation that isn't there", { query: "query A{viewer{login}}", operationName: "B" }],
    ["an empty name", { query: "query A{viewer{login}}", operationName: "" }],
    ["two operations of a name", { query: "query A{a} query A{b}", operationName: "A" }],
    ["an undeclared variable", { query: "{node(id:$x){id}}", variables: { x: "PR_7" } }],
    ["an unknown fragment", { query: "{...f}" }],
    ["an unknown directive", { query: "{viewer @defer{login}}" }],
    ["an argument twice", { query: '{repository(owner:"acme",owner:"eve",name:"x"){id}}' }],
    [
      "an input field twice",
      {
        query: 'mutation{updateRef(input:{refId:"REF_x",refId:"REF_m",oid:"1"}){clientMutationId}}',
      },
    ],
    ["a variable twice", { query: "query($a:ID!,$a:ID!){node(id:$a){id}}" }],
    ["an id that names nothing", { query: '{node(id:"XX_1"){id}}' }],
    ["a number as id", { query: "{node(id:5){id}}" }],
    ["an id with quotes", { query: '{node(id:"a\'b"){id}}' }],
    ["too deep a query", { query: `{${"a{".repeat(3000)}b${"}".repeat(3000)}}` }],
    ["too long a query", { query: `{${"a ".repeat(20_000)}}` }],
    [
      "another type of id",
      { query: 'mutation{mergePullRequest(input:{pullRequestId:"R_1"}){clientMutationId}}' },
    ],
    ["a search everywhere", { query: '{search(query:"is:pr",type:ISSUE,first:1){issueCount}}' }],
    ["a search for code", { query: '{search(query:"repo:acme/widgets",type:CODE){issueCount}}' }],
    [
      "a search with OR",
      { query: '{search(query:"repo:acme/widgets OR is:pr",type:ISSUE){issueCount}}' },
    ],
    [
      "a search of a user",
      { query: '{search(query:"repo:acme/widgets user:eve",type:ISSUE){issueCount}}' },
    ],
    [
      "a search of two",
      { query: '{search(query:"repo:acme/widgets repo:eve/x",type:ISSUE){issueCount}}' },
    ],
    ["a resource by URL", { query: '{resource(url:"https://github.com/eve/loot"){url}}' }],
    ["a viewer's repositories", { query: "{viewer{repositories(first:9){nodes{name}}}}" }],
    ["a clone token", { query: '{repository(owner:"acme",name:"widgets"){tempCloneToken}}' }],
    [
      "an owner's other repository",
      {
        query:
          '{repository(owner:"acme",name:"widgets"){owner{repository(name:"secret"){object(expression:"HEAD:x"){id}}}}}',
      },
    ],
    [
      "the content of a parent",
      {
        query:
          '{repository(owner:"acme",name:"widgets"){parent{...f}}} fragment f on Repository{object(expression:"HEAD:a"){...on Blob{text}}}',
      },
    ],
    [
      "an author's pull requests",
      {
        query:
          '{repository(owner:"acme",name:"widgets"){pullRequest(number:7){author{...on User{pullRequests(first:9){nodes{body}}}}}}}',
      },
    ],
    [
      "repositories in a result",
      {
        query:
          'mutation{addComment(input:{subjectId:"PR_7",body:"b"}){subject{...on PullRequest{author{...on User{repositories(first:1){totalCount}}}}}}}',
      },
    ],
    [
      "a commit without branch",
      { query: "mutation{createCommitOnBranch(input:{}){clientMutationId}}" },
    ],
    ...["a//b", "./a", "a/../b", "/a", "a/", "", "a\u0000", 5].map((path): [string, unknown] => [
      `the path ${JSON.stringify(path)}`,
      {
        query: "mutation($i:I!){createCommitOnBranch(input:$i){clientMutationId}}",
        variables: { i: { branch: onBranch, fileChanges: { deletions: [{ path }] } } },
      },
    ]),
    [
      "a branch named twice",
      {
        query: `mutation{createCommitOnBranch(input:{branch:{id:"REF_x",branchName:"main"}}){clientMutationId}}`,
      },
    ],
    [
      "a force that is no boolean",
      { query: 'mutation{updateRef(input:{refId:"REF_x",oid:"1",force:"x"}){clientMutationId}}' },
    ],
    [
      "an input field that isn't known",
      {
        query: 'mutation{mergePullRequest(input:{pullRequestId:"PR_7",also:1}){clientMutationId}}',
      },
    ],
  ])("does not understand %s", (_, body) => {
    expect(read(body).kind).toBe("not-understood");
  });

  it("finds a mutation behind aliases, fragments, comments, defaults and directives", () => {
    const merge = pull("merge");
    const id = 'pullRequestId:"PR_7"';
    for (const query of [
      `mutation{viewer:mergePullRequest(input:{${id}}){clientMutationId}}`,
      `mutation{...f} fragment f on Mutation{mergePullRequest(input:{${id}}){clientMutationId}}`,
      `mutation{...{...f}} fragment f on Mutation{a:mergePullRequest(input:{${id}}){__typename}}`,
      `mutation{#}\nmergePullRequest(input:{${id}})@include(if:false){clientMutationId}}`,
      `mutation($i:I={${id}}){mergePullRequest(input:$i){clientMutationId}}`,
      'mutation($p:ID="PR_7"){mergePullRequest(input:{pullRequestId:$p}){clientMutationId}}',
      'mutation{mergePullRequest(input:{pullRequestId:"\\u0050R_7"}){clientMutationId}}',
      'mutation{mergePullRequest(input:{pullRequestId:"""\n  PR_7\n"""}){clientMutationId}}',
      `query A{viewer{login}} mutation B{mergePullRequest(input:{${id}}){clientMutationId}}`,
    ]) {
      expect(read({ query, ...(query.includes("query A") ? { operationName: "B" } : {}) })).toEqual(
        merge,
      );
    }
  });

  it("reads every one of several fields, and a name twice as two", () => {
    const query = `mutation($x:ID="PR_7"){
      a:addComment(input:{subjectId:$x,body:"b"}){clientMutationId}
      b:addComment(input:{subjectId:"PR_8",body:"b"}){clientMutationId}
      deleteRef(input:{refId:"REF_m"}){clientMutationId}}`;
    const reading = read({ query });
    expect(reading.kind === "calls" && reading.calls.map((one) => one.repository)).toEqual([
      widgets,
      "eve/loot",
      widgets,
    ]);
  });

  it("takes the variable that is sent, not the default one, and null for none", () => {
    const query = 'query($o:String="eve",$n:String!){repository(owner:$o,name:$n){id}}';
    const readWith = (variables: unknown) => {
      const reading = read({ query, variables });
      return reading.kind === "calls" ? reading.calls[0]?.repository : reading.kind;
    };
    expect(readWith({ n: "loot" })).toBe("eve/loot");
    expect(readWith({ n: "widgets", o: "acme" })).toBe("acme/widgets");
    expect(readWith({ n: "widgets", o: null })).toBe("not-understood");
    expect(readWith({ n: ["widgets"], o: "acme" })).toBe("not-understood");
    expect(readWith({ n: "wid/gets", o: "acme" })).toBe("not-understood");
  });

  it("sends on only what it read: one operation, its fragments and variables, no comments", () => {
    const request = readGraphqlRequest({
      query:
        'query A($o:String!){repository(owner:$o,name:"""\n widgets\n"""){...f}} # mutation\nmutation B{mergePullRequest} fragment f on Repository{id} fragment g on Repository{name}',
      operationName: "A",
      variables: { o: "acme", B: "x" },
      extensions: { persistedQuery: { sha256Hash: "x" } },
    });
    const sent = request.kind === "request" ? JSON.parse(request.body.toString()) : undefined;
    expect(sent.query.replaceAll(/\s+/g, " ")).toBe(
      'query A($o: String!) { repository(owner: $o, name: "widgets") { ...f } } fragment f on Repository { id }',
    );
    expect(sent.variables).toEqual({ o: "acme" });
    expect(sent.operationName).toBe("A");
    expect(Object.keys(sent)).toHaveLength(3);
  });

  it("asks about every id that decides something, and about names that are changed", () => {
    const request = readGraphqlRequest({
      query: `mutation{a:createCommitOnBranch(input:{branch:{repositoryNameWithOwner:"Acme/Widgets",branchName:"x"}}){clientMutationId}
        b:createPullRequest(input:{repositoryId:"R_1",headRepositoryId:"R_2"}){clientMutationId}}`,
    });
    expect(request).toMatchObject({ nodeIds: ["R_1", "R_2"], repositories: ["acme/widgets"] });
  });

  it("needs no time for fragments that spread each other in every way", () => {
    const fragments = Array.from(
      { length: 300 },
      (_, index) =>
        `fragment f${index} on Repository{id ...f${(index + 1) % 300} ...f${(index + 2) % 300}}`,
    );
    const query = `{repository(owner:"acme",name:"widgets"){...f0}}${fragments.join(" ")}`;
    const start = Date.now();
    read({ query });
    expect(Date.now() - start).toBeLessThan(1000);
  });
});
