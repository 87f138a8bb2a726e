// The client waits where it is asked to, comes back to a server that went away, and tells who said no and why.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Http, Refused, Unreachable } from "#cli/http.ts";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener, port = 0): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const PROBLEM = {
  ...{
    type: "/docs#problem-invalid",
    title: "The request is not valid",
    status: 400,
    code: "invalid",
  },
  detail: "Two things are wrong.",
  errors: [{ pointer: "/name", detail: "Wanted a name.", line: 3 }],
};

test("the token, the query and the body arrive as they were given", async () => {
  const address = await serve(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, body, token: headers.authorization }));
  });
  const http = new Http({ address, token: "zoe_x" });
  const got = await http.json({
    ...{ method: "POST", path: "/v1/x", body: { a: 1 } },
    query: { label: ["a=1", "b=2"], limit: 3, none: undefined },
  });
  const url = "/v1/x?label=a%3D1&label=b%3D2&limit=3";
  expect(got).toEqual({ method: "POST", url, body: '{"a":1}', token: "Bearer zoe_x" });
});

test("a problem document becomes an error with all its faults", async () => {
  const address = await serve((_, response) => {
    response
      .writeHead(400, { "content-type": "application/problem+json" })
      .end(JSON.stringify(PROBLEM));
  });
  const error = await new Http({ address }).send({ path: "/" }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Refused);
  expect((error as Refused).problem).toEqual(PROBLEM);
});

test("what answers and is no Zoe is told so", async () => {
  const address = await serve((_, response) => response.writeHead(404).end("<html>"));
  await expect(new Http({ address }).send({ path: "/" })).rejects.toThrow(/it is no Zoe/);
});

test("too many requests are sent again after the time that was asked for, whatever they are", async () => {
  let asked = 0;
  const address = await serve((_, response) => {
    asked++;
    if (asked < 3) response.writeHead(429, { "retry-after": "0" }).end();
    else response.end("{}");
  });
  await new Http({ address }).json({ method: "POST", path: "/" });
  expect(asked).toBe(3);
});

test("what may not be done twice is not sent twice when the server is unavailable", async () => {
  let asked = 0;
  const address = await serve((_, response) => {
    asked++;
    response.writeHead(503, { "retry-after": "0" }).end();
  });
  await expect(new Http({ address }).send({ method: "POST", path: "/" })).rejects.toThrow(Refused);
  expect(asked).toBe(1);
});

test("an unavailable server is asked again for what may be repeated, but not for ever", async () => {
  let asked = 0;
  const address = await serve((_, response) => {
    asked++;
    response.writeHead(503, { "retry-after": "0" }).end();
  });
  await expect(new Http({ address }).send({ path: "/" })).rejects.toThrow(Refused);
  expect(asked).toBe(5);
});

test("nobody there is told at once, also to who is patient", async () => {
  const address = await serve(() => {});
  open.splice(0)[0]?.close();
  const patient = new Http({ address }).patient(() => {});
  await expect(patient.send({ path: "/" })).rejects.toThrow(Unreachable);
  await expect(patient.send({ path: "/" })).rejects.toThrow(/connection refused/);
});

test("a server that went away is waited for by who is patient: told once, and once that it is back", async () => {
  const told: string[] = [];
  const address = await serve((_, response) => response.end('{"n":1}'));
  const port = Number(new URL(address).port);
  const patient = new Http({ address }).patient((event) => {
    told.push(event);
    if (event === "gone") void serve((_, response) => response.end('{"n":2}'), port);
  });
  await patient.json({ path: "/" });
  open.splice(0)[0]?.close().closeAllConnections();
  expect(await patient.json({ path: "/" })).toEqual({ n: 2 });
  expect(told).toEqual(["gone", "back"]);
});

test("what takes longer than it may is given up", async () => {
  const address = await serve(() => {});
  const call = { path: "/", timeoutSeconds: 0.05 };
  await expect(new Http({ address }).send(call)).rejects.toThrow(/no answer in 0.05 s/);
});

test("a redirect is not followed: it could carry the token elsewhere", async () => {
  const address = await serve((_, response) =>
    response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
  );
  await expect(new Http({ address }).send({ path: "/" })).rejects.toThrow(Unreachable);
});

test("a server that does not wait itself says how long it wants to be left alone", async () => {
  const address = await serve((_, response) =>
    response.writeHead(200, { "retry-after": "2" }).end("{}"),
  );
  expect(await new Http({ address }).poll({ path: "/" })).toEqual({ value: {}, pauseSeconds: 2 });
});
