"""Judges what a running service says of itself, with programs of others.

Usage: check_documents.py URL EVENTS...
The documents are valid as what they call themselves, every stored event is valid under the schema of its kind, every
answer of a walk over the service is what the document says that it is, and the numbers are read by a client of Prometheus.
Prints one JSON object of what was looked at; whatever is wrong goes to standard error and ends it with 1.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from prometheus_client.openmetrics.parser import text_string_to_metric_families

# How long an answer may take, in seconds.
PATIENCE = 20
# What is put into addresses: names of the report and of history, and one that nobody uses.
NAMES = {
    "organisation": ["sco", "un", "nobody-knows"],
    "meeting": ["sco-astana-2024", "nobody-knows"],
    "party": ["KAZ", "BLR", "XXZ"],
    "person": ["xi-jinping", "nobody-knows"],
    "id": ["37bd5742-fdab-5153-9e24-5acb7ae20e4d", "d0653777", "00000000-0000-4000-8000-000000000000", "x"],
    "name": ["admission.v1.json", "coronation.v1.json"],
}
# What is asked beside the address: nothing, what cannot be meant, and questions that a document's examples leave out.
QUERIES = {
    "": ["", "?as_of=2024-07-04", "?as_of=2017", "?as_off=2024", "?as_of=2024-13"],
    "/v1/explain": ["", "?organisation=sco&party=BLR", "?organisation=sco&party=IND&as_of=2017-03"],
    "/v1/organisations/{organisation}/diff": ["", "?from=10&to=60", "?from=2024-07-01&to=2024-07-04", "?from=60"],
    "/v1/events": ["", "?limit=3", "?kind=admission,standing&limit=5", "?from=2024-07-04&limit=5", "?limit=0"],
    "/v1/quarantine": ["", "?limit=1"],
}
# What never ends, or is judged by its own tests.
STREAMS = {"/v1/changes", "/v1/replay"}

faults = []


def fault(what):
    faults.append(what)
    print(what, file=sys.stderr)


def ask(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def judge(api, operation, where, answer):
    """Whether an answer is one that the document knows."""
    status, headers, body = answer
    response = operation["responses"].get(str(status))
    if response is None:
        return fault(f"{where} answers {status}, which is not in the document: {body[:200]}")
    if "$ref" in response:
        response = api["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
    kind = headers.get("content-type", "").split(";")[0]
    contents = {name.split(";")[0]: content for name, content in response.get("content", {}).items()}
    if kind not in contents:
        return fault(f"{where} answers {status} with {kind!r}, the document knows {list(contents)}")
    if kind.endswith("json"):
        schema = {"components": api["components"], "allOf": [contents[kind].get("schema", {})]}
        for error in Draft202012Validator(schema).iter_errors(json.loads(body)):
            fault(f"{where} answers {status}: {error.json_path}: {error.message[:300]}")


def walk(base, api):
    asked = 0
    for path, item in api["paths"].items():
        operation = item.get("get")
        if operation is None or path in STREAMS:
            continue
        addresses = [path]
        for name in (part[1:].split("}")[0] for part in path.split("/") if part.startswith("{")):
            addresses = [address.replace("{%s}" % name, value) for address in addresses for value in NAMES[name]]
        for address in addresses:
            for query in QUERIES.get(path, QUERIES[""]):
                judge(api, operation, address + query, ask(base + address + query))
                asked += 1
    return asked


def main(base, files):
    api = json.loads(ask(base + "/openapi.json")[2])
    for error in OpenAPIV31SpecValidator(api).iter_errors():
        fault(f"/openapi.json: {list(error.absolute_path)}: {error.message[:300]}")
    validators = {}
    for kind, address in json.loads(ask(base + "/schemas/")[2]).items():
        schema = json.loads(ask(base + address)[2])
        Draft202012Validator.check_schema(schema)
        validators[f"chronicle.{kind}.v1"] = Draft202012Validator(schema)
    events = 0
    for file in files:
        for line in open(file, encoding="utf-8"):
            event = json.loads(line)
            for error in validators[event["type"]].iter_errors(event):
                fault(f"{event['id']}: {error.json_path}: {error.message[:300]}")
            events += 1
    asked = walk(base, api)
    numbers = {}
    for family in text_string_to_metric_families(ask(base + "/metrics")[2].decode()):
        for sample in family.samples:
            numbers[sample.name] = sample.value
    told = {"schemas": len(validators), "events": events, "asked": asked, "position": numbers.get("chronicle_position")}
    print(json.dumps(told))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
