import { expect, test } from "vitest";
import { openAgentWorld } from "../support/agent-world.ts";

const host = "api.example.com";

// NSS's own client with certificate checks, past the proxy as a browser without proxy settings goes; -D takes no database
const script = `
db=sql:$HOME/.pki/nssdb
get() { printf 'GET / HTTP/1.0\\r\\nHost: ${host}\\r\\n\\r\\n' | timeout 20 tstclnt -h ${host} -p 443 -d "$1" -a ${host} 2>&1 | grep -a -c '^answered'; }
certutil -L -d "$db" | grep vaultbox
certutil -V -u L -n 'vaultbox session CA' -d "$db"
echo "with the store: $(get "$db")"
mkdir empty && certutil -N --empty-password -d sql:empty
echo "without: $(get sql:empty)"
certutil -A -n own -t C,, -i /run/vaultbox/ca.pem -d "$db" && echo added
stat -c '%U %a' ~/.pki/nssdb/cert9.db
cat "$PLAYWRIGHT_FIREFOX_POLICIES_JSON"; cmp "$PLAYWRIGHT_FIREFOX_POLICIES_JSON" /etc/firefox/policies/policies.json
`;

test(
  "what trusts by NSS, as Chromium does, takes the session's certificates; with an empty store it refuses them",
  { timeout: 900_000 },
  async () => {
    await using world = await openAgentWorld();
    const api = await world.openApi((_, response) => {
      response.end("answered\n");
      return Promise.resolve();
    });
    const flags = [...world.runFlags({ [host]: api }), "--allow", host];
    const args = ["run", "--quiet", ...flags, "--package", "libnss3-tools"];
    const { stdout, stderr } = await world.vaultbox([...args, "--", "sh", "-c", script], {
      timeoutMs: 900_000,
    });
    expect(stdout, stderr)
      .toBe(`vaultbox session CA                                          C,,${"  "}
certutil: certificate is valid
with the store: 1
without: 0
added
root 600
{"policies":{"Certificates":{"Install":["/run/vaultbox/ca.pem"]}}}
`);
    expect(api.requests.length).toBe(1);
  },
);
