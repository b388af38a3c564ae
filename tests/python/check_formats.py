"""Reads exports with programs of others, and says what they see.

Usage: check_formats.py tables DATAPACKAGE... | calendar FILE | feed FILE
tables: frictionless validates each package, a file or an address; calendar: icalendar reads it; feed: feedparser reads it.
Prints one JSON object of what was seen; whatever is wrong goes to standard error and ends it with 1.
"""

import json
import sys

faults = []


def tables(paths):
    from frictionless import Package, system

    seen = {}
    for path in paths:
        # A package may name files beside it only; an address is trusted to name addresses.
        with system.use_context(trusted="://" in path):
            package = Package.from_descriptor(path)
            report = package.validate()
            for task in report.tasks:
                faults.extend(f"{path}: {task.name}: {error.message}" for error in task.errors)
            faults.extend(f"{path}: {error.message}" for error in report.errors)
            rows = {resource.name: len(resource.read_rows()) for resource in package.resources}
        seen[path] = {"valid": report.valid, "name": package.name, "title": package.title, "rows": rows}
    return seen


def calendar(path):
    from icalendar import Calendar

    with open(path, "rb") as file:
        [read] = Calendar.from_ical(file.read(), multiple=True)
    faults.extend(f"{name}: {error}" for name, error in read.errors)
    entries = {}
    for entry in read.walk("VEVENT"):
        faults.extend(f"{entry.get('UID')}: {name}: {error}" for name, error in entry.errors)
        attendees = entry.get("ATTENDEE", [])
        attendees = attendees if isinstance(attendees, list) else [attendees]
        related = entry.get("RELATED-TO", [])
        related = related if isinstance(related, list) else [related]
        text = {name.lower(): str(entry[name]) for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "STATUS") if name in entry}
        times = {name.lower(): entry.decoded(name).isoformat() for name in ("DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED") if name in entry}
        entries[str(entry["UID"])] = text | times | {
            "sequence": int(entry["SEQUENCE"]),
            "attendees": {str(one): {name.lower(): str(value) for name, value in one.params.items()} for one in attendees},
            "related": {str(one): str(one.params["RELTYPE"]) for one in related},
        }
    said = {name: str(read[name]) for name in read if name.startswith("X-CHRONICLE-")}
    return {"said": said, "version": str(read["VERSION"]), "entries": entries}


def feed(path):
    import feedparser

    with open(path, "rb") as file:
        read = feedparser.parse(file.read())
    if read.bozo:
        faults.append(f"{path}: {read.bozo_exception}")
    entries = [
        {
            "id": entry.get("id"),
            "title": entry.get("title"),
            "updated": entry.get("updated"),
            "updated_parsed": list(entry.updated_parsed or []),
            "author": entry.get("author"),
            "source": entry.get("source", {}).get("title"),
            "summary": entry.get("summary"),
            "links": {link.rel: link.href for link in entry.get("links", [])},
        }
        for entry in read.entries
    ]
    head = read.feed
    links = {link.rel: link.href for link in head.get("links", [])}
    return {
        "version": read.version,
        "title": head.get("title"),
        "subtitle": head.get("subtitle"),
        "rights": head.get("rights"),
        "updated": head.get("updated"),
        "id": head.get("id"),
        "links": links,
        "entries": entries,
    }


[what, *paths] = sys.argv[1:]
seen = {"tables": tables, "calendar": lambda paths: calendar(*paths), "feed": lambda paths: feed(*paths)}[what](paths)
json.dump(seen, sys.stdout)
for fault in faults:
    print(fault, file=sys.stderr)
sys.exit(1 if faults else 0)
