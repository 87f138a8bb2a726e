// The types of what the tests use of the spawner, which is plain JavaScript.
declare module "#local/spawner/log-limit.mjs" {
  export const LOG_HEAD_BYTES: number;
  export const LOG_PART_BYTES: number;

  export class LogFile {
    constructor(path: string);
    size(): number;
    look(): void;
  }
}
