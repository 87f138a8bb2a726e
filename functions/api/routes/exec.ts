// A command in a running instance of an execution.
import { jsonBody } from "#functions/api/body.ts";
import { demandAlive, oneExecution, visibleExecution } from "#functions/api/one.ts";
import { route } from "#functions/api/route.ts";
import { EXEC_LIMITS } from "#functions/backend.ts";
import { exec } from "#functions/exec.ts";
import { ExecAnswer, ExecRequest } from "#shared/api/exec.ts";
import { instanceName } from "#shared/instance.ts";

export const execRoutes = [
  route({
    method: "post",
    path: "/v1/executions/{id}/exec",
    group: "Inside an execution",
    summary: "Run a command in a running instance",
    text: `In the instance's own container, as its user, within its limits; at most ${EXEC_LIMITS.seconds} s. Its output is text.`,
    access: "submit",
    params: oneExecution,
    body: jsonBody(ExecRequest, {
      examples: { look: { service: "classifier", index: 0, command: ["ls", "-l", "/zoe/out"] } },
    }),
    answer: { status: 200, text: "How it ended, and what it wrote", schema: ExecAnswer },
    refuses: ["conflict", "unsupported"],
    async handle(call) {
      const execution = await visibleExecution(call);
      demandAlive(execution);
      const { command, ...where } = call.body;
      const {
        kind: _,
        instance,
        ...answer
      } = await exec(call.api.world, call.principal, execution, {
        ...where,
        words: command,
      });
      return { instance: instanceName(instance), ...answer };
    },
  }),
];
