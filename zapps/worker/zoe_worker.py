"""A worker for Zoe's queues, in one file of standard Python 3: copy it beside your program, or into your image.

    from zoe_worker import run

    def count(payload):
        return {"words": len(payload["text"].split())}

    run(count)

It speaks the runtime API at $ZOE_RUNTIME_API, which any language can speak: GET /next, POST /results.
"""

import http.client
import json
import math
import os
import queue
import signal
import threading
import time
import traceback
import urllib.parse

IN_HAND_SECONDS = 0.1
"""Work in hand is kept to about this much, so that others get their share and a stop is quick."""
REPORT_CHARACTERS = 2_000_000
"""Of one request; Zoe takes 6 MB."""
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
SHORT_WAIT_SECONDS = 1
"""How long to wait for more tasks while others are still worked on: their results wait as long."""


def run(handler, *, concurrency=1, max=256, patience=120.0, url=None):
    """Runs `handler(payload)` for each task of this worker's queue, until Zoe says that there is nothing left to do.

    What the handler returns (anything that `json` writes) is the task's result; an exception makes the task fail, to be
    tried again as the queue allows.

    concurrency: handlers at the same time, in threads; with 1, the default, the handler runs in the thread that called.
    max: tasks in hand at most; fewer where they take long.
    patience: seconds that Zoe may be out of reach before this gives up.
    url: default $ZOE_RUNTIME_API.

    Returns a dict of what it did: done, failed, and the reason why it left. SIGTERM makes it finish what it holds.
    """
    url = url or os.environ.get("ZOE_RUNTIME_API")
    if not url:
        raise RuntimeError(
            "ZOE_RUNTIME_API is not set: this program is started by Zoe, as a service with `run: worker`."
        )
    worker = _Worker(handler, concurrency, max, _Zoe(url, patience))
    if threading.current_thread() is not threading.main_thread():
        return worker.run()
    before = signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    try:
        return worker.run()
    finally:
        signal.signal(signal.SIGTERM, before)


class _Worker:
    def __init__(self, handler, concurrency, most, zoe):
        self._handler = handler
        self._concurrency = concurrency
        self._most = most if most > concurrency else concurrency
        self._zoe = zoe
        self._inbox = queue.SimpleQueue()
        self._done = queue.SimpleQueue()
        self._in_hand = 0
        self._mean = IN_HAND_SECONDS
        self._counts = {"done": 0, "failed": 0}
        self._reason = ""

    def stop(self):
        """Leases no more, finishes what it holds."""
        self._reason = self._reason or "stopped"
        self._zoe.hang_up()

    def run(self):
        threads = []
        if self._concurrency > 1:
            threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(self._concurrency)]
        for thread in threads:
            thread.start()
        try:
            while not self._reason or self._in_hand > 0:
                self._step(bool(threads))
        finally:
            for _ in threads:
                self._inbox.put(None)
            self._zoe.close()
        return {**self._counts, "reason": self._reason}

    def _step(self, has_threads):
        """One exchange with Zoe: reports what is done, takes what comes."""
        if self._in_hand == 0:
            self._take(self._zoe.next(self._room()))
            return
        if not has_threads:
            self._work()
        reports = self._finished()
        if reports:
            self._in_hand -= len(reports)
            self._take(self._zoe.results(reports, self._room()))
        elif self._room() > 0:
            self._take(self._zoe.next(self._room(), SHORT_WAIT_SECONDS))

    def _room(self):
        if self._reason:
            return 0
        ahead = math.ceil(IN_HAND_SECONDS / max(self._mean, 0.00001)) * self._concurrency
        return min(self._most, max(ahead, self._concurrency)) - self._in_hand

    def _take(self, answer):
        if answer.get("leave"):
            self._reason = self._reason or answer["leave"]
        for lease in answer.get("leases", ()):
            self._in_hand += 1
            self._inbox.put(lease)

    def _work(self):
        """Works through the inbox here, until it is empty or something should be reported."""
        until = time.monotonic() + IN_HAND_SECONDS / 2
        while not self._inbox.empty():
            self._done.put(self._handle(self._inbox.get()))
            if time.monotonic() > until:
                return

    def _serve(self):
        while (lease := self._inbox.get()) is not None:
            self._done.put(self._handle(lease))

    def _handle(self, lease):
        """The report of one task, as text, and how long it took."""
        begun = time.monotonic()
        try:
            result = self._handler(lease["payload"])
            report = json.dumps({"lease": lease["lease"], "ok": True, "result": result}, allow_nan=False)
            ok = True
        except Exception:  # Whatever it is, the task failed, and the worker goes on.
            report = json.dumps({"lease": lease["lease"], "ok": False, "error": traceback.format_exc()})
            ok = False
        return report, ok, time.monotonic() - begun

    def _finished(self):
        """What is done by now; while all hands are busy and full, waits for the first."""
        reports, characters = [], 0
        while characters < REPORT_CHARACTERS:
            try:
                is_waiting = not reports and self._room() <= 0
                report, ok, took = self._done.get(block=is_waiting)
            except queue.Empty:
                break
            is_first = self._counts["done"] + self._counts["failed"] == 0
            self._mean = took if is_first else self._mean * 0.8 + took * 0.2
            self._counts["done" if ok else "failed"] += 1
            reports.append(report)
            characters += len(report)
        return reports


class _Zoe:
    """The runtime API. A call that does not get through is made again, for as long as patience lasts: a repeated report is no harm."""

    def __init__(self, url, patience):
        parts = urllib.parse.urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._path = parts.path
        self._patience = patience
        self._connection = None
        self._hung_up = False
        self._is_polling = False

    def next(self, most, wait=20):
        if most <= 0:
            return {}
        try:
            self._is_polling = True
            status, text = self._call("GET", f"/next?max={most}&wait={wait}")
        except _HungUp:
            return {}
        finally:
            self._is_polling = False
        if status == 204:
            return {}
        if status == 200:
            return json.loads(text)
        if status == 410:
            return {"leave": json.loads(text)["reason"]}
        raise _refused("GET /next", status, text)

    def results(self, reports, room):
        query = f"?next={room}" if room > 0 else ""
        status, text = self._call("POST", f"/results{query}", "[" + ",".join(reports) + "]")
        if status == 200:
            return json.loads(text)
        if status == 400:
            return self.results(_corrected(reports, text), room)
        raise _refused("POST /results", status, text)

    def hang_up(self):
        """Ends a wait for tasks; called by a signal, in the middle of it."""
        self._hung_up = True
        if self._is_polling:
            raise _HungUp

    def close(self):
        if self._connection:
            self._connection.close()
        self._connection = None

    def _call(self, method, path, body=None):
        give_up_at = time.monotonic() + self._patience
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                status, text = self._once(method, path, body)
                if status < 500:
                    return status, text
                error = _refused(f"{method} {path}", status, text)
            except _HungUp:
                self.close()
                raise
            except (OSError, http.client.HTTPException) as reason:
                self.close()
                error = reason
            if time.monotonic() + pause > give_up_at:
                raise error
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _once(self, method, path, body):
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self._address, timeout=60)
        data = None if body is None else body.encode()
        headers = {"content-type": "application/json"} if data is not None else {}
        self._connection.request(method, self._path + path, data, headers)
        response = self._connection.getresponse()
        return response.status, response.read().decode()


class _HungUp(Exception):
    """A signal ended the wait for tasks."""


def _corrected(reports, problem):
    """The same reports, where those that Zoe can't read say so: their tasks fail with that reason."""
    errors = json.loads(problem).get("errors", [])
    details = {error["pointer"].split("/")[1]: error["detail"] for error in errors if error["pointer"]}
    if not details:
        raise _refused("POST /results", 400, problem)
    corrected = list(reports)
    for index, detail in details.items():
        lease = json.loads(reports[int(index)])["lease"]
        corrected[int(index)] = json.dumps({"lease": lease, "ok": False, "error": detail})
    return corrected


def _refused(call, status, text):
    what = text[:500] or "this worker is not known (any more)"
    return RuntimeError(f"Zoe answered {call} with {status}: {what}")
