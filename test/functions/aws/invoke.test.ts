// One function calls another: the request is signed as AWS's SDK would sign it, and what failed says so.

import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, test } from "vitest";
import { invoke, signed } from "#functions/aws/invoke.ts";
import { NOON } from "#test/builders.ts";

const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI",
  sessionToken: "tok",
};
const OPTIONS = { region: "eu-west-1", credentials: async () => CREDENTIALS, now: () => NOON };

/** The hash as the SDK wants it. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

test("it is signed as the SDK signs it", async () => {
  const mine = await signed(OPTIONS, "zoe-definer", '{"kind":"task"}');
  const signer = new SignatureV4({
    ...{
      service: "lambda",
      region: "eu-west-1",
      credentials: CREDENTIALS,
      sha256: Sha256 as never,
    },
    applyChecksum: false,
  });
  const request = {
    ...{ method: "POST", protocol: "https:", hostname: "lambda.eu-west-1.amazonaws.com" },
    path: "/2015-03-31/functions/zoe-definer/invocations",
    headers: { "content-type": "application/json", host: "lambda.eu-west-1.amazonaws.com" },
    body: mine.body,
  };
  const theirs = (await signer.sign(request as never, {
    signingDate: new Date(NOON),
  })) as unknown as { readonly headers: Readonly<Record<string, string>> };
  expect(mine.headers.authorization).toBe(theirs.headers.authorization);
});

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  invoke(
    { ...OPTIONS, fetch: async () => new Response(body, { status, headers }) },
    "zoe-definer",
    {},
  );

test("what it answers is parsed; a function that failed, or was refused, throws", async () => {
  expect(await answering(200, '{"kind":"ready"}')).toEqual({ kind: "ready" });
  await expect(answering(200, "{}", { "x-amz-function-error": "Unhandled" })).rejects.toThrow(
    "failed",
  );
  await expect(answering(429, "Rate Exceeded")).rejects.toMatchObject({
    $metadata: { httpStatusCode: 429 },
  });
});
