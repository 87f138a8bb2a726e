// DynamoDB's numbers: decimals of up to 38 digits, exact, written without exponent.
import { invalid } from "./expression.ts";

interface Decimal {
  readonly digits: bigint;
  /** How many of the digits stand behind the point; below 0: zeros that follow. */
  readonly scale: number;
}

const MOST_DIGITS = 38;
const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

export function compareNumbers(a: string, b: string): number {
  const [left, right] = aligned(decimalOf(a), decimalOf(b));
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

export function addNumbers(a: string, b: string, sign: 1 | -1): string {
  const [left, right, scale] = aligned(decimalOf(a), decimalOf(b));
  return textOf({ digits: left + BigInt(sign) * right, scale });
}

/** As DynamoDB gives it back; throws where it would refuse it. */
export function plainNumber(text: string): string {
  return textOf(decimalOf(text));
}

function decimalOf(text: string): Decimal {
  const found = FORM.exec(text.trim());
  const [, sign = "", whole = "", part = "", exponent = "0"] = found ?? [];
  if (found === null || whole + part === "")
    throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
  const digits = BigInt(`${whole}${part}`) * (sign === "-" ? -1n : 1n);
  return { digits, scale: part.length - Number(exponent) };
}

function aligned(a: Decimal, b: Decimal): readonly [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [
    a.digits * 10n ** BigInt(scale - a.scale),
    b.digits * 10n ** BigInt(scale - b.scale),
    scale,
  ];
}

function textOf({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? "-" : "";
  const trimmed = trim(String(digits < 0n ? -digits : digits), scale);
  const { text, behind } = trimmed;
  if (text === "0") return "0";
  checkRange(text, behind);
  if (behind <= 0) return `${sign}${text}${"0".repeat(-behind)}`;
  const padded = text.padStart(behind + 1, "0");
  return `${sign}${padded.slice(0, -behind)}.${padded.slice(-behind)}`;
}

/** Without zeros at the end that say nothing. */
function trim(text: string, scale: number): { readonly text: string; readonly behind: number } {
  const short = text.replace(/0+$/, "");
  return short === ""
    ? { text: "0", behind: 0 }
    : { text: short, behind: scale - (text.length - short.length) };
}

function checkRange(text: string, behind: number): void {
  if (text.length > MOST_DIGITS)
    throw invalid("Attempting to store more than 38 significant digits in a Number");
  const magnitude = text.length - 1 - behind;
  if (magnitude > 125)
    throw invalid(
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    );
  if (magnitude < -130)
    throw invalid(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range",
    );
}
