// The limits of the API, by name and with their defaults; hosts set them, and what a host itself must keep stands here too.

import type { KeepProgram } from "#functions/catalogue.ts";

export interface ApiLimits {
  /** Of one body; what AWS Lambda takes. */
  readonly bodyBytes: number;
  /** Of one uploaded file. */
  readonly uploadBytes: number;
  /** Of one token: so many requests a second on average, and so many at once after a quiet time. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** A long poll waits no longer; 0 answers at once with `Retry-After`. */
  readonly waitSeconds: number;
  /** How often a waiting request looks again. */
  readonly lookMs: number;
  /** So long a token is taken as valid without asking the store again; on one host a revocation counts at once. */
  readonly tokenCacheSeconds: number;
  /** Tokens, and lists of route labels, that are kept in memory. */
  readonly cacheEntries: number;
}

export const DEFAULT_API_LIMITS: ApiLimits = {
  bodyBytes: 6 * 1024 * 1024,
  uploadBytes: 5 * 1024 ** 3,
  requestsPerSecond: 200,
  requestBurst: 1000,
  waitSeconds: 20,
  lookMs: 100,
  tokenCacheSeconds: 5,
  cacheEntries: 10_000,
};

/** What the host of the API sets on its HTTP server (names as in node:http), so that slow or silent callers do not hold it. */
export const HTTP_SERVER_SETTINGS = {
  /** From the first byte of a request to the end of its headers. */
  headersTimeout: 20_000,
  /** To the end of its body: 5 GiB at 17 MB/s, or 6 MiB at 20 KB/s. */
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
  connectionsCheckingInterval: 5000,
} as const;

export type RequestLog = "all" | "changes" | "none";

/** What the host gives beside the world. Routes of what is missing are not there. */
export interface ApiOptions {
  /** Of Zoe, as people name it. */
  readonly version?: string;
  readonly limits?: Partial<ApiLimits>;
  /** Origins of web pages that may call from a browser; none by default. */
  readonly corsOrigins?: readonly string[];
  /** Which requests are logged; errors of ours always are. */
  readonly requestLog?: RequestLog;
  /** Aborted when the host closes: requests that wait are answered at once. */
  readonly closing?: AbortSignal;
  /** Copies the state while it is in use. */
  readonly backup?: () => Promise<BackupMade>;
  /** Copies the folder of a zapp on the server's machine to where it stays; answers the place. */
  readonly keepProgram?: KeepProgram;
}

export interface BackupMade {
  readonly path: string;
  readonly bytes: number;
}
