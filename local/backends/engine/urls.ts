// Addresses that this host reads or writes on behalf of submissions: not those that only this host can reach.
const LOCAL = [
  /^localhost$/,
  /\.localhost$/,
  /^127\./,
  /^0\./,
  /^169\.254\./,
  /^\[::1?\]$/,
  /^\[fe80:/,
  /^\[::ffff:/,
];

/** A sentence's end; undefined when it may be used. Looks at the name only: a name server can still say that a name is here. */
export function whyNotUrl(url: URL): string | undefined {
  if (!LOCAL.some((pattern) => pattern.test(url.hostname.toLowerCase()))) return undefined;
  return `${url.hostname} is this machine or its link, which addresses in a submission may not reach`;
}
