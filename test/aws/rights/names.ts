// The account and the region of the double, and how ARNs there are written.
export const REGION = "us-east-1";
export const ACCOUNT = "123456789012";

export const arn = (service: string, rest: string) =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
