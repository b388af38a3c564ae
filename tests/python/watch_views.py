"""Watches a published view with nats-py: prints each key and value as a JSON line, until its input ends."""

import asyncio
import json
import sys

import nats


async def main(url: str, bucket: str) -> None:
    client = await nats.connect(url)
    stream = client.jetstream()
    pointer = await (await stream.key_value("chronicle")).get("views")
    print(json.dumps({"current": json.loads(pointer.value)["current"]}), flush=True)
    watcher = await (await stream.key_value(bucket)).watchall()
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    while not ended.done():
        try:
            entry = await watcher.updates(timeout=0.2)
        except nats.errors.TimeoutError:
            continue
        if entry is None:
            # What stands there has been told.
            print(json.dumps({"told": True}), flush=True)
        elif entry.key != "_checkpoint":
            value = json.loads(entry.value) if entry.value else None
            print(json.dumps({"key": entry.key, "value": value}), flush=True)
    await client.close()


asyncio.run(main(*sys.argv[1:]))
