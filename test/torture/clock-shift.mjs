// Loaded before the control plane: its clock is off by what the file $CLOCK_SHIFT_FILE says, in milliseconds, read again every 20 ms.
import { readFileSync } from "node:fs";

const RealDate = Date;
const realNow = Date.now;
let shift = 0;
setInterval(() => {
  try {
    shift = Number(readFileSync(process.env.CLOCK_SHIFT_FILE, "utf8")) || 0;
  } catch {
    shift = 0;
  }
}, 20).unref();
Date.now = () => realNow() + shift;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args) =>
    args.length === 0 ? new target(realNow() + shift) : new target(...args),
});
