// What a token is on the wire: 32 random bytes that only its owner has, and the hash that the store keeps of them.

export const TOKEN_PATTERN = /^zoe_[A-Za-z0-9_-]{43}$/;

export function newTokenSecret(): string {
  return `zoe_${base64url(crypto.getRandomValues(new Uint8Array(32)))}`;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
