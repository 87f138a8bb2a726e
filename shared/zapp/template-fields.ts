// Which names templates know, and which fields are filled when.

/** Known when the execution is stored, beside the zapp's own parameters. */
export const EXECUTION_NAMES: readonly string[] = [
  "execution.id",
  "execution.name",
  "execution.number",
  "user.name",
  "tenant.name",
];

/** Fields of a service that are filled when an instance starts: there `${sweep.x}` and `${address:x}` may stand. */
export const INSTANCE_FIELDS: readonly string[] = [
  "command",
  "environment",
  "inputs",
  "outputs",
  "files",
  "volumes",
  "label",
  "prepare",
  "finish",
  "checkpoint",
  "health",
];

/** No template is ever replaced in these. */
export const UNFILLED_SERVICE_FIELDS: readonly string[] = ["name", "run", "script"];
export const UNFILLED_FIELDS: readonly string[] = [
  "version",
  "name",
  "title",
  "description",
  "parameters",
];
