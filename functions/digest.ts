// Names for content: the same bytes have the same, others practically never.

/** SHA-256 as base64url. */
export async function sha256(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("base64url");
}

/** 16 hexadecimal digits of it: the version of what people look at. */
export async function versionOf(content: string): Promise<string> {
  return Buffer.from(await sha256(content), "base64url")
    .toString("hex")
    .slice(0, 16);
}
