import type { Preset } from "./preset.ts";

export const stripe: Preset = {
  name: "stripe",
  summary: "Stripe: reading; give it a restricted or test key",
  source: "https://docs.stripe.com/api/authentication",
  rules: ["GET https://api.stripe.com/v1/**", "GET https://api.stripe.com/v2/**"],
  credential: {
    env: ["STRIPE_API_KEY", "STRIPE_SECRET_KEY"],
    bindings: [{ host: "api.stripe.com", scheme: { type: "bearer" } }],
    placeholder: { prefix: "sk_test_", length: 99, alphabet: "alphanumeric" },
    test: { path: "/v1/balance" },
  },
};
