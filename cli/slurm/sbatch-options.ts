// The options of sbatch, all that Slurm 23 documents: what Zoe does with each.
import type { Option } from "./option.ts";

type Value = Option["value"];

const used = (long: string, short?: string, value: Value = "one"): Option => ({
  ...{ long, value, effect: "used" },
  ...(short !== undefined && { short }),
});
const other =
  (effect: "noted" | "refused") =>
  (why: string, ...names: readonly (readonly [string, string?, Value?])[]): Option[] =>
    names.map(([long, short, value = "one"]) => ({
      ...{ long, value, effect, why },
      ...(short !== undefined && { short }),
    }));
const noted = other("noted");
const refused = other("refused");

const USED: readonly Option[] = [
  used("nodes", "N"),
  used("ntasks", "n"),
  used("ntasks-per-node"),
  used("tasks-per-node"),
  used("cpus-per-task", "c"),
  used("mem"),
  used("mem-per-cpu"),
  used("gres"),
  used("gpus", "G"),
  used("gpus-per-node"),
  used("gpus-per-task"),
  used("time", "t"),
  used("job-name", "J"),
  used("output", "o"),
  used("error", "e"),
  used("input", "i"),
  used("open-mode"),
  used("array", "a"),
  used("dependency", "d"),
  used("chdir", "D"),
  used("export"),
  used("account", "A"),
  used("comment"),
  used("partition", "p"),
  used("parsable", undefined, "none"),
  used("wait", "W", "none"),
  used("wrap"),
  used("quiet", "Q", "none"),
  used("verbose", "v", "none"),
  used("requeue", undefined, "none"),
  used("no-requeue", undefined, "none"),
  used("kill-on-invalid-dep"),
  used("container-image"),
  used("help", "h", "none"),
  used("usage", undefined, "none"),
  used("version", "V", "none"),
];

const NOTED: readonly Option[] = [
  ...noted("Zoe sends no mail.", ["mail-type"], ["mail-user"]),
  ...noted("Zoe has no qualities of service; a job's place is that of its user.", ["qos", "q"]),
  ...noted(
    "where ranks and threads lie within a machine is left to its operating system.",
    ["distribution", "m"],
    ["hint"],
    ["threads-per-core"],
    ["ntasks-per-core"],
    ["ntasks-per-socket"],
    ["mem-bind"],
    ["cpu-bind"],
    ["core-spec", "S"],
    ["extra-node-info", "B"],
    ["cores-per-socket"],
    ["sockets-per-node"],
    ["gpu-bind"],
    ["accel-bind"],
  ),
  ...noted("all nodes of a gang run before its program does, always.", ["wait-all-nodes"]),
  ...noted("limits of the submitting shell are not carried along.", [
    "propagate",
    undefined,
    "maybe",
  ]),
  ...noted("the environment is that of --export.", ["get-user-env", undefined, "maybe"]),
  ...noted("Zoe measures what a job uses by itself.", ["profile"], ["acctg-freq"]),
  ...noted("one machine has no switches to choose from.", ["switches"]),
  ...noted(
    "a job holds as much as it asked for, and nothing else.",
    ["oversubscribe", "s", "none"],
    ["overcommit", "O", "none"],
  ),
  ...noted(
    "its frequency and its power are the machine's own.",
    ["cpu-freq"],
    ["gpu-freq"],
    ["power"],
  ),
];

const REFUSED: readonly Option[] = [
  ...refused(
    "which machines there are, and what they can do, is the engine's: leave it out, and the job runs wherever it fits.",
    ["constraint", "C"],
    ["nodelist", "w"],
    ["nodefile", "F"],
    ["exclude", "x"],
    ["contiguous", undefined, "none"],
    ["cluster-constraint"],
    ["prefer"],
  ),
  ...refused("no machine is given to one job as a whole: ask for its CPUs and memory.", [
    "exclusive",
    undefined,
    "maybe",
  ]),
  ...refused("say what one node needs: --mem or --mem-per-cpu.", ["mem-per-gpu"]),
  ...refused("say --cpus-per-task.", ["cpus-per-gpu"], ["mincpus"]),
  ...refused("say --gpus-per-node.", ["gpus-per-socket"], ["ntasks-per-gpu"]),
  ...refused("it starts as soon as there is room.", ["begin", "b"], ["reservation"], ["deadline"]),
  ...refused("what runs is ended after a fixed grace time, by SIGTERM and then SIGKILL.", [
    "signal",
  ]),
  ...refused("the limit of --time is the only one.", ["time-min"], ["delay-boot"]),
  ...refused("priorities are the administrator's.", ["nice", undefined, "maybe"], ["priority"]),
  ...refused("a job can be stopped, but not held.", ["hold", "H", "none"]),
  ...refused(
    "there are no licences, burst buffers or network plugins.",
    ["licenses", "L"],
    ["burst-buffer", undefined],
    ["bb"],
    ["bbf"],
    ["network"],
  ),
  ...refused("a job runs as the engine's user.", ["uid"], ["gid"]),
  ...refused("there is one cluster: that of --server.", ["clusters", "M"], ["cluster"]),
  ...refused("how much disk a job has is the engine's.", ["tmp"]),
  ...refused("say --container-image with the name of an image.", ["container"], ["container-id"]),
  ...refused("`zoe plan` tells when an execution would start.", ["test-only", undefined, "none"]),
  ...refused(
    "it is no part of what Zoe does.",
    ["export-file"],
    ["ignore-pbs", undefined, "none"],
    ["mcs-label"],
    ["no-kill", "k", "maybe"],
    ["reboot", undefined, "none"],
    ["spread-job", undefined, "none"],
    ["thread-spec"],
    ["tres-per-task"],
    ["tres-per-job"],
    ["use-min-nodes", undefined, "none"],
    ["wckey"],
    ["gres-flags"],
  ),
];

export const SBATCH_OPTIONS: readonly Option[] = [...USED, ...NOTED, ...REFUSED];
