"""The clients for Python: NAME SDK GZIP."""

import json
import os
import sys

name, sdk, gzip = sys.argv[1], sys.argv[2], sys.argv[3] == "gzip"
if sdk == "segment":
    from segment.analytics.client import Client
else:
    from rudderstack.analytics.client import Client

failures = []
client = Client(
    os.environ["DEARLY_KEY"],
    host=os.environ["DEARLY_URL"],
    gzip=gzip,
    max_retries=3,
    on_error=lambda error, items: failures.append(f"{error}: {len(items)} calls"),
)
user, account, group = f"{name}-user", f"{name}-account", {"groupId": f"{name}-account"}
client.track(f"{name}-old", "Signed Up", {})
client.alias(f"{name}-old", user)
client.identify(user, {"email": f"{user}@sdk.example", "name": f"User of {name}"})
client.group(user, account, {"name": f"Account of {name}", "plan": "pro", "employees": 7})
for number in range(25):
    client.track(user, "Report Opened", {"number": number, "product": "core"}, context=dict(group))
client.page(user, name="Pricing", context=dict(group))
client.screen(user, name="Start", context=dict(group))
client.track(user, "Sent Twice", {}, context=dict(group), message_id=f"{name}-twice")
client.flush()
client.track(user, "Sent Twice", {}, context=dict(group), message_id=f"{name}-twice")
client.flush()
client.join()
if failures:
    sys.exit(f"{name}: {failures}")
print(json.dumps({"source": name, "events": 29, "calls": 3, "duplicates": 1}))
