// Task roles, one for each zapp and tenant: `roles` alone makes them, when a tenant is made or a zapp is installed for it.
import { Construct } from "constructs";
import { type Ground, Step } from "./step.ts";

export class Roles extends Construct {
  readonly roles: Step;

  constructor(scope: Construct, id: string, ground: Ground) {
    super(scope, id);
    this.roles = new Step(this, "roles", ground);
  }
}
