// Names of container images: `node`, `quay.io/lab/sim:2`, `docker.io/zoe/hello@sha256:...`, made whole, and matched against a policy.

const DEFAULT_REGISTRY = "docker.io";

/** With registry, folder and tag or digest: `node` is `docker.io/library/node:latest`. */
export function wholeImageName(name: string): string {
  const [first = "", ...rest] = name.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const folder = rest.length === 0 ? "library/" : "";
  const path = hasRegistry ? name : `${DEFAULT_REGISTRY}/${folder}${name}`;
  const last = path.slice(path.lastIndexOf("/") + 1);
  return /[:@]/.test(last) ? path : `${path}:latest`;
}

/** `*` in a pattern stands for any text; a pattern without a tag for any tag and digest. */
export function matchesImage(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  const wanted = wholePattern(pattern);
  const text = wanted
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  const hasTag = /[:@]/.test(wanted.slice(wanted.lastIndexOf("/") + 1)) || wanted.endsWith("*");
  return new RegExp(`^${text}${hasTag ? "" : "[:@].*"}$`).test(wholeImageName(name));
}

/** A pattern is a whole name, or a name as people write it. */
function wholePattern(pattern: string): string {
  const whole = wholeImageName(pattern);
  return /[:@]/.test(pattern.slice(pattern.lastIndexOf("/") + 1)) || pattern.endsWith("*")
    ? whole.replace(/:latest$/, pattern.endsWith(":latest") ? ":latest" : "")
    : whole.replace(/:latest$/, "");
}
