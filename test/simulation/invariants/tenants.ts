// Invariant 7: a tenant never reads or changes what is another's, and no text tells of it.
import type { Key } from "#functions/store.ts";

export interface Owner {
  readonly tenant: string;
  readonly user: string;
}

/** The tenant a record belongs to; undefined for what all share. */
export function tenantOf({ pk, sk }: Key, owners: ReadonlyMap<string, Owner>): string | undefined {
  const [kind = "", first = "", ...rest] = pk.split("#");
  switch (kind) {
    case "exe":
    case "moves":
      return owners.get([first, ...rest].join("#"))?.tenant;
    case "held":
      return owners.get(sk.split("#")[0] ?? "")?.tenant;
    case "wait":
    case "tenant":
    case "idem":
    case "usage":
    case "zapps":
    case "users":
      return first;
    case "quota":
    case "shares":
      return sk.split("#")[0];
    default:
      return undefined;
  }
}

/** `who` asked for it, on her own behalf. */
export function foreignKey(
  who: Owner,
  keys: readonly Key[],
  owners: ReadonlyMap<string, Owner>,
): string | undefined {
  for (const key of keys) {
    const tenant = tenantOf(key, owners);
    if (tenant !== undefined && tenant !== who.tenant)
      return `${who.user} of ${who.tenant} touched ${key.pk} ${key.sk} of ${tenant}.`;
  }
  return undefined;
}

/** A text about an execution that names another tenant, its users or its executions. */
export function tellsTooMuch(
  text: string,
  about: Owner,
  owners: ReadonlyMap<string, Owner>,
): string | undefined {
  for (const [id, owner] of owners) {
    if (owner.tenant === about.tenant) continue;
    const told = [id, owner.tenant, owner.user].find((name) => hasWord(text, name));
    if (told !== undefined)
      return `${about.user} of ${about.tenant} is told of ${told}, which is of ${owner.tenant}: ${text}`;
  }
  return undefined;
}

function hasWord(text: string, word: string): boolean {
  const at = text.indexOf(word);
  if (at < 0) return false;
  const isLetter = (place: number) => /[A-Za-z0-9]/.test(text[place] ?? "");
  return !isLetter(at - 1) && !isLetter(at + word.length);
}
