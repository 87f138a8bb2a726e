// URLs that were signed beforehand: still in time, and signed by whom they say, over what they ask.
import { createHash, createHmac } from "node:crypto";
import { AwsError, type WireRequest } from "./service.ts";

const SIGNATURE = "X-Amz-Signature";

/** Throws what S3 answers to a URL that is none of its own, or none any longer. Nothing where the request is signed in its headers. */
export function checkPresigned(
  request: WireRequest,
  secretOf: (accessKeyId: string) => string | undefined,
  now: number,
): void {
  const one = (name: string) => request.query.get(name)?.[0] ?? "";
  const signature = one(SIGNATURE);
  if (signature === "") return;
  const signedAt = Date.parse(
    one("X-Amz-Date").replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
  if (now > signedAt + Number(one("X-Amz-Expires")) * 1000)
    throw new AwsError("AccessDenied", "Request has expired", { status: 403 });
  const [accessKeyId = "", ...scope] = one("X-Amz-Credential").split("/");
  const text = ["AWS4-HMAC-SHA256", one("X-Amz-Date"), scope.join("/"), sha256(canonical(request))];
  let key: string | Buffer = `AWS4${secretOf(accessKeyId)}`;
  for (const part of scope) key = hmac(key, part);
  if (hmac(key, text.join("\n")).toString("hex") === signature) return;
  throw new AwsError(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided.",
    { status: 403 },
  );
}

function canonical({ method, path, query, headers, host }: WireRequest): string {
  const pairs = [...query]
    .filter(([name]) => name !== SIGNATURE)
    .flatMap(([name, values]) => values.map((value) => `${encoded(name)}=${encoded(value)}`))
    .sort();
  const names = (query.get("X-Amz-SignedHeaders")?.[0] ?? "").split(";");
  const lines = names.map(
    (name) => `${name}:${name === "host" ? (headers.host ?? host) : headers[name]}`,
  );
  return [method, path, pairs.join("&"), ...lines, "", names.join(";"), "UNSIGNED-PAYLOAD"].join(
    "\n",
  );
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
