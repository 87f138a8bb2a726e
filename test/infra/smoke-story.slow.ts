// The smoke test as `zoe doctor --aws --smoke` runs it, over the whole AWS body on the double: each claim that the double can tell holds.
import { BatchClient } from "@aws-sdk/client-batch";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { CLAIMS, type Ground } from "#infra/account/claims.ts";
import { accountClients } from "#infra/account/clients.ts";
import { smoke } from "#infra/account/smoke.ts";
import { functionsCast, type Program } from "#test/aws/story/functions-cast.ts";
import { IdleClock } from "#test/aws/story/idle-clock.ts";
import { echo, greeter, worker } from "#test/aws/story/programs.ts";
import { openStand, type Stand } from "#test/aws/story/stand.ts";

/** IAM's own simulator, which the double lacks; test/aws/rights judges the same. */
const BEYOND = /IAM itself says so/;

const program: Program = async (setting) => {
  if (setting.spec.worker) return worker(echo)(setting);
  while (setting.spec.service === "sleeper" && !setting.told.aborted) await setting.pause(1000);
  return greeter(setting);
};

function runsOver({ api }: Stand): Ground["runs"] {
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await api.ask(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.bytes}`);
    return answer.json;
  };
  const of = (id: string, rest = "") => `/v1/executions/${id}${rest}`;
  return {
    submit: async (submission) => (await ask("POST", "/v1/executions", submission)).execution,
    execution: (id) => ask("GET", of(id)),
    putTasks: (id, queue, lines) => {
      const tasks = lines.split("\n").map((line) => JSON.parse(line));
      return ask("POST", of(id, `/queues/${queue}/tasks`), tasks);
    },
    closeQueue: (id, queue) => ask("POST", of(id, `/queues/${queue}/close`)),
    queue: (id, queue) => ask("GET", of(id, `/queues/${queue}`)),
    stop: (id) => ask("DELETE", of(id)),
  };
}

function groundOver(stand: Stand, clock: IdleClock): Ground {
  const admin = stand.aws.client("arn:aws:iam::123456789012:user/admin");
  return {
    runs: runsOver(stand),
    clients: {
      ...accountClients({ region: "us-east-1" }),
      ...{ ecs: new ECSClient(admin), batch: new BatchClient(admin), sqs: new SQSClient(admin) },
    },
    stack: "zoe",
    outputs: {
      Cluster: "zoe",
      DeadLetters: "https://sqs.us-east-1.amazonaws.com/123456789012/zoe_dead",
    },
    now: () => clock.now(),
    pause: (milliseconds) => new Promise((resolve) => void clock.after(milliseconds, resolve)),
  };
}

test("every claim that the double can tell holds, within the 15 minutes", async () => {
  const clock = new IdleClock(Date.UTC(2026, 0, 1, 12));
  const stand = await clock.during(
    openStand({ clock, cast: (cloud) => functionsCast(cloud, { program }) }),
  );
  const claims = CLAIMS.filter(({ says }) => !BEYOND.test(says));
  const trials = await clock.during(smoke(groundOver(stand, clock), undefined, claims));
  const said = trials.map(({ claim, verdict, detail }) => [claim.says, verdict, detail]);
  expect(said.filter(([, verdict]) => verdict !== "held")).toEqual([]);
  expect(trials).toHaveLength(CLAIMS.length - 1);
  await clock.during(stand.close());
});
