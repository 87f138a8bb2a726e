// The way in: an HTTP API whose every request goes to `api`, which checks tokens itself (a gateway's authorizer would refuse our own).
import { RemovalPolicy } from "aws-cdk-lib";
import { CfnStage, DomainName, HttpApi, type IDomainName } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Stage } from "./stage.ts";
import { type Ground, Step } from "./step.ts";

/** Requests a second, and at once, over all users; more is answered 429. Lambda's own concurrency may end before. */
const RATE = { throttlingRateLimit: 500, throttlingBurstLimit: 1000 };

export class Api extends Construct {
  readonly api: Step;
  readonly http: HttpApi;
  readonly domain?: IDomainName;

  constructor(scope: Construct, id: string, ground: Ground, { domain }: Stage) {
    super(scope, id);
    this.api = new Step(this, "api", ground);
    this.domain = domain && this.domainOf(domain);
    this.http = new HttpApi(this, "Http", {
      apiName: ground.stack,
      description: "Zoe",
      defaultIntegration: new HttpLambdaIntegration("Api", this.api.function),
      ...(this.domain && { defaultDomainMapping: { domainName: this.domain } }),
      // A stack with a domain of its own has one address, not two.
      disableExecuteApiEndpoint: this.domain !== undefined,
    });
    this.logRequests(ground);
  }

  private domainOf({ name, certificateArn }: NonNullable<Stage["domain"]>): DomainName {
    return new DomainName(this, "Domain", {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, "Certificate", certificateArn),
    });
  }

  private logRequests({ stack, key }: Ground): void {
    const group = new LogGroup(this, "Requests", {
      logGroupName: `/zoe/${stack}/requests`,
      retention: key ? RetentionDays.ONE_YEAR : RetentionDays.ONE_WEEK,
      removalPolicy: key ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      encryptionKey: key,
    });
    const stage = this.http.defaultStage?.node.defaultChild;
    if (!(stage instanceof CfnStage)) throw new Error("The HTTP API has a default stage.");
    stage.defaultRouteSettings = RATE;
    stage.accessLogSettings = { destinationArn: group.logGroupArn, format: JSON.stringify(LINE) };
  }
}

/** Who, what, how it ended. The path holds ids, never a token. */
const LINE = {
  at: "$context.requestTimeEpoch",
  id: "$context.requestId",
  from: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  milliseconds: "$context.responseLatency",
};
