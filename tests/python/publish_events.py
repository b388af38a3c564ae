"""Publishes an event of every kind over HTTP with the CloudEvents library, in either mode, and reads each back with nats-py:
from the stream, and one from a published view. Prints how many were the same.

Arguments: where HTTP is served (host:port), the NATS server, a folder with one event a file, an admission to the view."""

import asyncio
import http.client
import json
import pathlib
import sys
import uuid
from datetime import datetime

import nats
from cloudevents.core.bindings.http import (
    HTTPMessage,
    from_structured_event,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.v1.event import CloudEvent

PATIENCE = 30.0  # seconds for whatever is waited for


def event_of(document: dict) -> CloudEvent:
    attributes = {name: value for name, value in document.items() if name != "data"}
    if "time" in attributes:
        attributes["time"] = datetime.fromisoformat(attributes["time"])
    return CloudEvent(attributes, document["data"])


def post(address: str, message: HTTPMessage) -> tuple[int, dict]:
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    connection.request("POST", "/v1/events", message.body, message.headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def publish(address: str, event: CloudEvent, to_message) -> int:
    status, answer = post(address, to_message(event))
    assert (status, answer.get("duplicate")) == (201, False), (event, answer)
    other = to_binary_event if to_message is to_structured_event else to_structured_event
    again = post(address, other(event))
    assert again == (200, {**answer, "duplicate": True}), (event, again)
    return answer["position"]


async def main(address: str, url: str, folder: str, admission: str) -> None:
    client = await nats.connect(url)
    stream = client.jetstream()
    same = 0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        document = json.loads(path.read_text())
        for to_message in (to_structured_event, to_binary_event):
            event = event_of({**document, "id": str(uuid.uuid4())})
            position = publish(address, event, to_message)
            stored = await stream.get_msg("CHRONICLE", position)
            read = from_structured_event(HTTPMessage({"content-type": stored.headers["Content-Type"]}, stored.data))
            assert read.get_attributes() == event.get_attributes(), (path, read.get_attributes())
            assert read.get_data() == event.get_data(), (path, read.get_data())
            same += 1
    event = event_of(json.loads(pathlib.Path(admission).read_text()))
    publish(address, event, to_binary_event)
    data = event.get_data()
    pointer = await (await stream.key_value("chronicle")).get("views")
    view = await stream.key_value(f"membership-{json.loads(pointer.value)['current']}")
    watcher = await view.watch(f"{data['organisation']}.{data['party']}")
    while True:
        entry = await watcher.updates(timeout=PATIENCE)
        if entry is not None and event.get_id() in json.loads(entry.value)[0]["evidence"]:
            break
    print(json.dumps({"same": same}), flush=True)
    await client.close()


asyncio.run(main(*sys.argv[1:]))
