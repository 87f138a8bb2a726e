// Secrets that stand in the open.
import { expect, test } from "vitest";
import { validateZapp } from "#shared/zapp/validate.ts";
import { aService, aZapp, type Fields } from "./a-zapp.ts";
import { expectRefused, type Refused } from "./refused.ts";

const once = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [aService(bent)], ...zapp });

const faulty: Refused = {
  "a password in the environment": [
    once({ environment: { DB_PASSWORD: "hunter22" } }),
    "/services/0/environment/DB_PASSWORD",
    "secrets: { DB_PASSWORD: my-secret }",
  ],
  "an access key in the environment": [
    once({ environment: { WHO: "AKIAIOSFODNN7EXAMPLE" } }),
    "/services/0/environment/WHO",
    "`zoe secret`",
  ],
  "random bytes in the environment": [
    once({ environment: { WHO: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" } }),
    "/services/0/environment/WHO",
    "looks like a key",
  ],
  "a key in a command": [
    once({ command: "curl -u ghp_0123456789abcdefghijABCDEFGHIJ456789" }),
    "/services/0/command",
    "looks like a key",
  ],
  "a model service's key in a command": [
    once({ command: "ask --key sk-proj-0123456789abcdefABCDEF" }),
    "/services/0/command",
    "looks like a key",
  ],
  "a password in an address": [
    once({ inputs: [{ from: "https://ada:secret@host/x", to: "x" }] }),
    "/services/0/inputs/0/from",
    "looks like a key",
  ],
  "a private key in a file": [
    once({ files: { id: "-----BEGIN OPENSSH PRIVATE KEY-----\nx" } }),
    "/services/0/files/id",
    "looks like a key",
  ],
  "a password in the defaults": [
    aZapp({ defaults: { environment: { API_TOKEN: "abcdef123" } } }),
    "/defaults/environment/API_TOKEN",
    "looks like a key",
  ],
};

expectRefused(faulty);

test("no refusal repeats a key", () => {
  const secret = /hunter22|AKIAIOSFODNN7EXAMPLE|wJalr|ghp_|ada:secret|abcdef123/;
  const details = Object.values(faulty).flatMap(([document]) => validateZapp(document).faults);
  expect(details.filter(({ detail }) => secret.test(detail))).toEqual([]);
});
