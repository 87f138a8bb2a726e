// Who asks: from the token to the principal, remembered for a few seconds so that the hot path asks no store.

import { type Authenticated, authenticate, demandFresh } from "#functions/tokens.ts";
import type { World } from "#functions/world.ts";
import { VisibleError } from "#shared/fault.ts";
import type { ApiLimits } from "./settings.ts";

export interface Principals {
  of(request: Request): Promise<Authenticated>;
  /** After any change of tokens, users or tenants. */
  forget(): void;
}

interface Remembered {
  readonly found: Authenticated;
  readonly until: number;
}

export function newPrincipals(world: World, limits: ApiLimits): Principals {
  const remembered = new Map<string, Remembered>();
  let changes = 0;

  async function look(secret: string): Promise<Authenticated> {
    const before = changes;
    const found = await authenticate(world, secret);
    if (remembered.size >= limits.cacheEntries) remembered.clear();
    const until = world.now() + limits.tokenCacheSeconds * 1000;
    // Revoked while it was read: what was read may be older than that.
    if (changes === before) remembered.set(secret, { found, until });
    return found;
  }

  return {
    async of(request) {
      const secret = bearerOf(request);
      const known = remembered.get(secret);
      if (!known || known.until <= world.now()) return look(secret);
      demandFresh(world, known.found);
      return known.found;
    },
    forget() {
      changes++;
      remembered.clear();
    },
  };
}

const BEARER = /^Bearer +([^\s,]+)$/i;

function bearerOf(request: Request): string {
  const secret = BEARER.exec(request.headers.get("authorization") ?? "")?.[1];
  if (secret !== undefined) return secret;
  throw new VisibleError(
    "unauthenticated",
    "Wanted a token, as `Authorization: Bearer zoe_...`. The first start of the server writes one into its state directory.",
  );
}
