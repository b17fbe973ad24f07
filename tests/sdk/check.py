"""Asks whether everything that the clients sent is there, once: check.py SENT, with DEARLY_URL and DEARLY_DATA set."""

import json
import os
import subprocess
import sys
import urllib.request

url, data, binary = os.environ["DEARLY_URL"], os.environ["DEARLY_DATA"], os.environ["DEARLY"]


def get(path):
    with urllib.request.urlopen(f"{url}{path}") as answer:
        return json.load(answer)


def same(what, found, expected):
    if found != expected:
        sys.exit(f"sdk-tests: {what}: expected {expected}, found {found}")


sent = [json.loads(line) for line in open(sys.argv[1]) if line.strip()]
telemetry = get("/api/v1/telemetry")
same("calls that could not be taken", telemetry["rejected"], [])
sources = {source["source"]: source for source in telemetry["sources"]}
same("sources", sorted(sources), sorted(own["source"] for own in sent))
accounts = {row["account"]: row for row in get("/api/v1/accounts?status=all&limit=500")["rows"]}
for own in sent:
    name = own["source"]
    total = sources[name]["total"]
    same(f"{name}: events", total["n_events"], own["events"])
    same(f"{name}: other calls", total["n_calls"], own["calls"])
    same(f"{name}: duplicates", total["n_duplicates"], own["duplicates"])
    same(f"{name}: rejected", total["n_rejected"], 0)
    same(f"{name}: events without an account", total["n_unattributed"], 0)
    same(f"{name}: its account", accounts.get(f"{name}-account", {}).get("name"), f"Account of {name}")
    account = get(f"/api/v1/accounts/{name}-account")
    same(f"{name}: traits of its account", {key: account["attributes"].get(key) for key in ("plan", "employees")}, {"plan": "pro", "employees": 7})
    people = get(f"/api/v1/accounts/{name}-account/people")
    people = people["rows"] if isinstance(people, dict) else people
    same(f"{name}: its person", [(row["person"], row["name"]) for row in people], [(f"{name}-user", f"User of {name}")])
lake = json.loads(subprocess.check_output([binary, "lake", "status", "--data", data, "--format", "json", "--quiet"]))
same("events in the lake", lake["n_events"], sum(own["events"] for own in sent))
query = "select source, event, count(*) from events group by source, event"
answer = json.loads(subprocess.check_output([binary, "query", query, "--data", data, "--format", "json", "--quiet"]))
found = {(source, event): int(n) for source, event, n in answer["rows"]}
for own in sent:
    names = {"Signed Up": 1, "Report Opened": 25, "Viewed Pricing Page": 1, "Viewed Start Screen": 1}
    if own["duplicates"]:
        names["Sent Twice"] = 1
    same(f"{own['source']}: events by name, in SQL", {name: n for (source, name), n in found.items() if source == own["source"]}, names)
print(f"sdk-tests: {len(sent)} clients, {lake['n_events']} events, each there once")
