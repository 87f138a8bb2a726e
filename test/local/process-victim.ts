// A control plane of its own process, to be killed: node process-victim.ts STATE MARK. Says when its program runs.
import { mkdirSync } from "node:fs";
import { aRequest, openProcessBody } from "./process-body.ts";

const [, , state = "", mark] = process.argv;
mkdirSync(state, { recursive: true });
const body = await openProcessBody({}, state);
const command = `setsid sh -c "trap '' TERM; sleep 600; : ${mark}" & sleep 600; : ${mark}`;
const request = aRequest(command, { instance: { executionId: "exe_victim" } });
await body.backend.launch([request]);
await body.events.running(request);
console.log(`spawner ${body.backend.runner.spawner.pid}`);
