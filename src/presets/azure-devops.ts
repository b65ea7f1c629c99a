import type { Preset } from "./preset.ts";

// A personal access token goes as the password of whatever user, at git and at the API
export const azureDevops: Preset = {
  name: "azure-devops",
  summary: "Azure DevOps: reading by the REST API, clone and fetch; no push",
  source:
    "https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
  rules: [
    "GET,HEAD https://dev.azure.com/*/_apis/**",
    "GET,HEAD https://dev.azure.com/*/*/_apis/**",
    "GET https://dev.azure.com/*/*/_git/*/info/refs",
    "POST https://dev.azure.com/*/*/_git/*/git-upload-pack",
  ],
  credential: {
    env: ["AZURE_DEVOPS_EXT_PAT"],
    bindings: [{ host: "dev.azure.com", scheme: { type: "basic", username: "token" } }],
    placeholder: { prefix: "", length: 84, alphabet: "alphanumeric" },
  },
};
