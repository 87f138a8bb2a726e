// The types of what others use of the spawner's limit of logs, which is plain JavaScript.
declare module "#local/spawner/log-limit.mjs" {
  export const LOG_HEAD_BYTES: number;
  export const LOG_PART_BYTES: number;

  export class LogFile {
    constructor(path: string);
    /** A descriptor that appends. */
    open(): number;
    size(): number;
    look(): number;
  }
}
