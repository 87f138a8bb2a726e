// Which server, and with which token: from flags, the environment or the user's own file, in this order.
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { VisibleError } from "#shared/fault.ts";
import type { Server } from "./http.ts";

export const DEFAULT_ADDRESS = "http://127.0.0.1:7420";

export interface Config {
  readonly server?: string;
  /** Sent to `server` alone. */
  readonly token?: string;
}

export interface Wanted {
  readonly server?: string;
  readonly token?: string;
  readonly tokenFile?: string;
}

export interface Environment {
  readonly ZOE_SERVER?: string;
  readonly ZOE_TOKEN?: string;
  readonly ZOE_TOKEN_FILE?: string;
  readonly XDG_CONFIG_HOME?: string;
  readonly HOME?: string;
  readonly ZOE_STATE?: string;
}

export function configPath({ XDG_CONFIG_HOME, HOME }: Environment): string {
  return join(XDG_CONFIG_HOME || join(HOME || "/", ".config"), "zoe", "config.json");
}

export function readConfig(path: string): Config {
  const text = read(path);
  if (text === undefined) return {};
  try {
    const { server, token } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(typeof server === "string" && { server }),
      ...(typeof token === "string" && { token }),
    };
  } catch (cause) {
    const message = `${path} is not valid JSON: mend it, or write it anew with \`zoe login\`.`;
    throw new VisibleError("invalid", message, [], { cause });
  }
}

/** Readable by its owner alone, and there whole or not at all. */
export function writeConfig(path: string, config: Config): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}

export function findServer(wanted: Wanted, environment: Environment, config: Config): Server {
  const address = addressOf(
    wanted.server ?? environment.ZOE_SERVER ?? config.server ?? DEFAULT_ADDRESS,
  );
  const token = tokenFor(address, wanted, environment, config);
  return { address, ...(token !== undefined && { token }) };
}

function tokenFor(
  address: string,
  wanted: Wanted,
  environment: Environment,
  config: Config,
): string | undefined {
  if (wanted.token !== undefined) return wanted.token;
  if (wanted.tokenFile !== undefined) return readToken(wanted.tokenFile);
  if (environment.ZOE_TOKEN) return environment.ZOE_TOKEN;
  if (environment.ZOE_TOKEN_FILE) return readToken(environment.ZOE_TOKEN_FILE);
  const isItsOwn = config.server !== undefined && addressOf(config.server) === address;
  if (isItsOwn && config.token !== undefined) return config.token;
  return address === DEFAULT_ADDRESS ? read(localToken(environment))?.trim() : undefined;
}

/** Where `npm start` leaves the administrator's token for whoever started it. */
function localToken({ ZOE_STATE, HOME }: Environment): string {
  return join(ZOE_STATE || join(HOME || "/", ".local", "state", "zoe"), "admin-token");
}

export function addressOf(text: string): string {
  const isPlain = !text.includes("://");
  const url = URL.parse(isPlain ? `http://${text}` : text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.search !== "" ||
    url.hash !== ""
  ) {
    throw new VisibleError(
      "invalid",
      `Wanted the address of a server, such as ${DEFAULT_ADDRESS}; got "${text}".`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** Other people must not read a token; a file that lets them is used, and told. */
export function readToken(path: string): string {
  const token = read(path)?.trim();
  if (token) return token;
  const why = token === undefined ? "there is no such file" : "it is empty";
  throw new VisibleError("notFound", `Wanted a token in ${path}; ${why}.`);
}

/** The path of the file whose token others can read, where there is one. */
export function openToOthers(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && (stat.mode & 0o077) !== 0;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return undefined;
    const message = `${path} can't be read (${String(code)}).`;
    throw new VisibleError("invalid", message, [], { cause: error });
  }
}
