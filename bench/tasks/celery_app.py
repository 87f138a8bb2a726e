"""The peer's side of the bench: a no-op task for Celery workers, and a program that publishes so many and waits until all were done."""

import os
import sys
import time

from celery import Celery

app = Celery("bench", broker=os.environ["BENCH_BROKER"])
app.conf.task_ignore_result = True
app.conf.worker_prefetch_multiplier = 32  # of 2 processes: 64


@app.task(name="no_op")
def no_op(payload):
    return None


def done():
    """How many the workers have done, as they count themselves."""
    stats = app.control.inspect(timeout=5, limit=1).stats() or {}
    return sum(worker["total"].get("no_op", 0) for worker in stats.values())


def main(count, size):
    payload = "x" * size
    while not app.control.inspect(timeout=1, limit=1).ping():
        pass
    begin = time.monotonic()
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(count):
            no_op.apply_async((payload,), producer=producer)
    published = time.monotonic() - begin
    with app.connection_for_read() as connection:
        queue = connection.default_channel
        while queue.queue_declare("celery", passive=True).message_count > 0:
            time.sleep(0.02)
    while done() < count:
        time.sleep(0.01)
    print(f"{published} {time.monotonic() - begin}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
