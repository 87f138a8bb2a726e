// The options of scancel, and which jobs they mean. Pure.
import type { Option } from "./option.ts";

const option = (long: string, short?: string, value: Option["value"] = "one"): Option => ({
  ...{ long, value, effect: "used" },
  ...(short !== undefined && { short }),
});
const refused = (long: string, why: string, short?: string, value: Option["value"] = "one") => ({
  ...{ long, value, effect: "refused" as const, why },
  ...(short !== undefined && { short }),
});

export const SCANCEL_OPTIONS: readonly Option[] = [
  option("name", "n"),
  option("jobname"),
  option("user", "u"),
  option("me", undefined, "none"),
  option("state", "t"),
  option("states"),
  option("partition", "p"),
  option("account", "A"),
  option("quiet", "Q", "none"),
  option("verbose", "v", "none"),
  option("ctld", undefined, "none"),
  option("full", "f", "none"),
  option("clusters", "M"),
  option("help", undefined, "none"),
  option("usage", undefined, "none"),
  option("version", "V", "none"),
  refused(
    "signal",
    "a job is ended, by SIGTERM and then SIGKILL; it can't be sent another signal.",
    "s",
  ),
  refused("batch", "a job is ended as a whole.", "b", "none"),
  refused("interactive", "it asks nothing.", "i", "none"),
  refused("nodelist", "an engine's machines are not told apart.", "w"),
  refused("qos", "there are none.", "q"),
  refused("reservation", "there are none.", "R"),
  refused("hurry", "it makes no difference.", "H", "none"),
  refused("wckey", "there are none."),
];
