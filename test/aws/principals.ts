// Who signed a request: access keys stand for principals, and a signature's scope names the service.
import { createHash } from "node:crypto";
import type { WireRequest } from "./service.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Signer {
  readonly principal: string;
  /** The signing name of the service. */
  readonly scope: string;
}

export class Principals {
  readonly #byKey = new Map<string, { principal: string; credentials: Credentials }>();

  /** The same principal always has the same keys. */
  signIn(principal: string): Credentials {
    const hash = createHash("sha256").update(principal).digest("hex");
    const credentials = {
      accessKeyId: `AKIA${hash.slice(0, 16).toUpperCase()}`,
      secretAccessKey: hash.slice(16, 56),
    };
    this.#byKey.set(credentials.accessKeyId, { principal, credentials });
    return credentials;
  }

  secretOf(accessKeyId: string): string | undefined {
    return this.#byKey.get(accessKeyId)?.credentials.secretAccessKey;
  }

  whoSigned(request: WireRequest): Signer {
    const credential =
      /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1] ??
      request.query.get("X-Amz-Credential")?.[0];
    const [accessKeyId = "", , , scope] = credential?.split("/") ?? [];
    if (scope === undefined)
      throw new Error(`Nobody signed ${request.method} ${request.host}${request.path}.`);
    const known = this.#byKey.get(accessKeyId);
    if (known === undefined)
      throw new Error(
        `The double gave nobody the access key ${accessKeyId}. Use aws.credentials().`,
      );
    return { principal: known.principal, scope };
  }
}
