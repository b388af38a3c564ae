// Publishes an event of every kind over HTTP with the CloudEvents library, in either mode, and reads each back with the
// NATS client: from the stream, and one from a published view. Prints how many were the same.
//
// Arguments: where HTTP is served (host:port), the NATS server, a folder with one event a file, an admission to the view.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { CloudEvent, HTTP } from "cloudevents";

const [address, server, folder, admission] = process.argv.slice(2);

async function post({ headers, body }) {
  const response = await fetch(`http://${address}/v1/events`, { method: "POST", headers, body });
  return [response.status, await response.json()];
}

async function publish(event, mode) {
  const [status, answer] = await post(mode(event));
  assert.deepEqual([status, answer.duplicate], [201, false], JSON.stringify(answer));
  const other = mode === HTTP.structured ? HTTP.binary : HTTP.structured;
  assert.deepEqual(await post(other(event)), [200, { ...answer, duplicate: true }]);
  return answer.position;
}

// The library takes a schema only by its whole address.
function eventOf(document, id) {
  const dataschema = document.dataschema && new URL(document.dataschema, "https://chronicle.example").href;
  return new CloudEvent({ ...document, dataschema, id });
}

const client = await connect({ servers: server });
const manager = await jetstreamManager(client);
let same = 0;
for (const name of readdirSync(folder).sort()) {
  const document = JSON.parse(readFileSync(join(folder, name), "utf8"));
  for (const mode of [HTTP.structured, HTTP.binary]) {
    const event = eventOf(document, randomUUID());
    const position = await publish(event, mode);
    const stored = await manager.streams.getMessage("CHRONICLE", { seq: position });
    const headers = { "content-type": stored.header.get("Content-Type") };
    const read = HTTP.toEvent({ headers, body: stored.string() });
    assert.deepEqual(read.toJSON(), event.toJSON(), name);
    same += 1;
  }
}

const document = JSON.parse(readFileSync(admission, "utf8"));
const event = eventOf(document, document.id);
await publish(event, HTTP.binary);
const views = new Kvm(client);
const { current } = (await (await views.open("chronicle")).get("views")).json();
const view = await views.open(`membership-${current}`);
for await (const entry of await view.watch({ key: `${event.data.organisation}.${event.data.party}` })) {
  if (entry.json()[0].evidence.includes(event.id)) break;
}
console.log(`{"same": ${same}}`);
await client.close();
