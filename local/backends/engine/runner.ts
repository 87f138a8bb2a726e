// What an engine starts programs with, and what it hears of them. Processes: ../process/runner.ts, through the spawner; containers: ../container/runner.ts.
import type { ExecReply, LaunchRequest } from "#functions/backend.ts";
import type { Folders } from "./folders.ts";
import type { Leaver } from "./outputs.ts";

/** An instance with everything that its program was promised, ready to start. */
export interface Program {
  readonly id: string;
  readonly request: LaunchRequest;
  /** The instance's own name on this machine: state directory and id. */
  readonly mark: string;
  readonly folders: Folders;
  /** The folders are there, and empty but for inputs. */
  readonly made: boolean;
  readonly cacheFolder: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Of a worker. */
  readonly runtimeUrl?: string;
  /** Of a node of a gang: the execution's secret, and the folder of the agent that keeps the node. */
  readonly gang?: { readonly secret: string; readonly agent: string };
  /** Comes back when another runner finds this program. */
  readonly note: Leaver;
}

export interface ProgramEnd {
  readonly id: string;
  /** Unix milliseconds, as `startedAt`. */
  readonly at: number;
  readonly startedAt: number;
  readonly code: number | null;
  readonly signal: string | null;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMemoryMib: number;
  readonly outOfMemory?: { readonly usedMib: number; readonly limitMib: number };
  /** Bytes in its logs, and whether there are files in its folders. */
  readonly left: { readonly stdout: number; readonly stderr: number; readonly files: boolean };
  /** Processes that even SIGKILL didn't end in time. */
  readonly leftBehind: readonly number[];
}

/** Started by an earlier runner; without `end` it was lost. */
export interface RecoveredProgram {
  readonly id: string;
  readonly folder: string;
  readonly note: unknown;
  readonly at: number;
  readonly end?: ProgramEnd;
}

export type ProgramEvent =
  | { readonly event: "started"; readonly id: string; readonly pid: number; readonly at: number }
  | {
      readonly event: "refused";
      readonly id: string;
      readonly reason: string;
      readonly exitCode?: number;
      /** What kind of refusal it is, when it has no exit code. */
      readonly code?: string;
    }
  | ({ readonly event: "ended" } & ProgramEnd);

export type RunnerEvent =
  | ProgramEvent
  /** The runner died, and with it all that was started so far: `recovered` follows. */
  | { readonly event: "died" }
  /** It dies each time before it can do anything; it is tried again all the same. */
  | { readonly event: "unusable"; readonly reason: string }
  | {
      readonly event: "recovered";
      readonly pid: number;
      readonly programs: readonly RecoveredProgram[];
    };

export interface Runner {
  /** Memory limits are kept by the kernel, not by looking now and then. */
  readonly limitsExactly: boolean;
  /** Answered by events: started, then ended; or refused. */
  start(program: Program): void;
  /** Polite signal, grace, then force. */
  stop(id: string, graceSeconds: number): void;
  /** A command beside the program. */
  exec?(id: string, words: readonly string[]): Promise<ExecReply>;
  /** As of a Backend. */
  keeps?(): Promise<readonly string[]>;
  letGo?(executionId: string): Promise<void>;
  /** Ends every program and then itself. */
  close(): Promise<void>;
}

/** Events in the order they came, many at a time; `recovered` is the first. */
export type Tell = (events: readonly RunnerEvent[]) => void;
