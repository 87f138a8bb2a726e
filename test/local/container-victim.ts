// A control plane of its own process, to be killed: node container-victim.ts STATE DOCKER_HOST. Says when its containers run.
import { mkdirSync } from "node:fs";
import { BASE_IMAGE, openContainerBody } from "./container-body.ts";
import { aRequest } from "./process-body.ts";

const [, , state = "", dockerHost = ""] = process.argv;
mkdirSync(state, { recursive: true });
const body = await openContainerBody({ dockerHost }, state);
const requests = [0, 1].map((index) =>
  aRequest("trap '' TERM; while :; do sleep 1; done", {
    instance: { executionId: "exe_victim", index },
    service: { image: BASE_IMAGE },
  }),
);
await body.backend.launch(requests);
for (const request of requests) await body.events.running(request);
console.log("running");
