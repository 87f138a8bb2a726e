// Submitting: one execution or many, or only asking what would happen.
import * as z from "zod";
import { json } from "#functions/api/answer.ts";
import type { Api } from "#functions/api/api.ts";
import { EXAMPLES } from "#functions/api/examples.ts";
import { invalid } from "#functions/api/faults.ts";
import { route } from "#functions/api/route.ts";
import { planOf, rowOf } from "#functions/api/show.ts";
import { NOT_VALID, submissionBody, submissionsBody } from "#functions/api/submissions.ts";
import { plan } from "#functions/plan.ts";
import { type SubmitOptions, submit, submitMany } from "#functions/submit.ts";
import { PlanAnswer, Submitted, type SubmittedItem, SubmittedList } from "#shared/api/execution.ts";
import type { Principal } from "#shared/principal.ts";
import type { ReadSubmission } from "#shared/submission.ts";

const group = "Executions";

export const submitRoutes = [
  route({
    method: "post",
    path: "/v1/executions",
    group,
    summary: "Submit an execution, or a list of them",
    text: "A list is answered item by item, in its order: a refused one stops no other. With an `Idempotency-Key` a repeat makes nothing twice, for a day.",
    access: "submit",
    isIdempotent: true,
    body: submissionsBody,
    answer: {
      status: 201,
      text: "One: the execution. A list: one answer each",
      schema: z.union([Submitted, SubmittedList]),
      example: EXAMPLES.submitted,
    },
    refuses: ["conflict", "unsupported"],
    async handle({ api, principal, body, idempotencyKey }) {
      const options = { bodyHash: body.bodyHash, ...(idempotencyKey && { idempotencyKey }) };
      if (body.kind === "many") return many(api, principal, body.readings, options);
      const made = await submit(api.world, principal, body.submission, options);
      const location = `/v1/executions/${made.execution.id}`;
      return json({ ...made, execution: rowOf(made.execution) }, 201, { location });
    },
  }),
  route({
    method: "post",
    path: "/v1/plan",
    group,
    summary: "What a submission would do",
    text: "Nothing is stored. Answers where each service would run and whether it would start now, or why not.",
    access: "read",
    body: submissionBody,
    answer: { status: 200, text: "The plan", schema: PlanAnswer, example: EXAMPLES.plan },
    refuses: ["unsupported"],
    handle: async ({ api, principal, body }) => planOf(await plan(api.world, principal, body)),
  }),
];

async function many(
  api: Api,
  principal: Principal,
  readings: readonly ReadSubmission[],
  options: SubmitOptions,
): Promise<SubmittedList> {
  const readable = readings.flatMap(({ submission }) => (submission ? [submission] : []));
  const replies = (await submitMany(api.world, principal, readable, options)).values();
  const items = readings.map(({ submission, faults }): SubmittedItem => {
    const reply = submission && replies.next().value;
    if (!reply)
      return {
        kind: "refused",
        code: "invalid",
        message: invalid(NOT_VALID, faults).message,
        faults,
      };
    if (reply.kind === "refused") return reply;
    return { ...reply, execution: rowOf(reply.execution) };
  });
  const accepted = items.filter(({ kind }) => kind === "accepted").length;
  return { items, accepted, refused: items.length - accepted };
}
