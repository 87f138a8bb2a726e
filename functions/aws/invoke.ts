// Calls another function and waits for what it answers: `launch` the definer, `api` the one that makes roles. One signed request, so that no SDK client is carried for it.
import { createHash, createHmac } from "node:crypto";

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface InvokeOptions {
  readonly region: string;
  readonly credentials: () => Promise<Signer>;
  readonly now: () => number;
  readonly fetch?: typeof fetch;
}

/** The called function may take so long; then nobody knows whether it did it. */
const TIMEOUT_MS = 60_000;

export async function invoke(
  { fetch: send = fetch, ...options }: InvokeOptions,
  functionName: string,
  payload: object,
): Promise<unknown> {
  const request = await signed(options, functionName, JSON.stringify(payload));
  const response = await send(request.url, {
    ...{ method: "POST", headers: request.headers, body: request.body },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  const error = response.headers.get("x-amz-function-error");
  if (!response.ok || error !== null)
    throw Object.assign(new Error(`${functionName} failed: ${text.slice(0, 500)}`), {
      $metadata: { httpStatusCode: response.ok ? 500 : response.status },
    });
  return text === "" ? undefined : JSON.parse(text);
}

/** Signature Version 4, as AWS's reference of it says. */
export async function signed(
  { region, credentials, now }: Omit<InvokeOptions, "fetch">,
  functionName: string,
  body: string,
) {
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
  const host = `lambda.${region}.amazonaws.com`;
  const path = `/2015-03-31/functions/${functionName}/invocations`;
  const time = new Date(now()).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const given: Record<string, string> = {
    "content-type": "application/json",
    host,
    "x-amz-date": time,
    ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
  };
  const names = Object.keys(given).sort();
  const headerLines = names.map((name) => `${name}:${given[name]}\n`).join("");
  const canonical = ["POST", path, "", headerLines, names.join(";"), sha256(body)].join("\n");
  const scope = `${day}/${region}/lambda/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = [day, region, "lambda", "aws4_request"].reduce<Buffer | string>(
    (before, part) => createHmac("sha256", before).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  const { host: _, ...headers } = given;
  return { url: `https://${host}${path}`, headers: { ...headers, authorization }, body };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
