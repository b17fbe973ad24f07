"""See scripts/read-lake."""

import collections
import csv
import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import duckdb
import pandas

UTC = datetime.timezone.utc
BINARY = sys.argv[1]


def dearly(data, *arguments):
    command = [BINARY, *arguments, "--data", str(data), "--quiet", "--format", "json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def book(folder):
    """Writes a book of events into parts that are imported one after the other; the rows."""
    chance = random.Random(7)
    accounts = [f"account-{number}" for number in range(9)]
    with open(folder / "accounts.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["external_id", "name", "customer_since"])
        writer.writerows([own, own.title(), "2025-01-01"] for own in accounts)
    start = datetime.datetime(2025, 11, 1, tzinfo=UTC)
    rows = []
    for number in range(6_000):
        at = start + datetime.timedelta(microseconds=chance.randrange(90 * 86_400 * 1_000_000))
        rows.append({
            "message_id": f"message-{number}",
            "at": at,
            "account": chance.choice(accounts),
            "event": chance.choice(["login", "report_shared", "Zoë's “export”"]),
            "user": chance.choice([None, *(f"user-{n}" for n in range(40))]),
            "product": chance.choice([None, "core", "analytics"]),
            "count": chance.randrange(1, 5),
            "value": chance.choice([None, chance.random() * 100]),
            "plan": chance.choice(["", "pro"]),
        })
    parts = []
    for part in range(9):
        parts.append(folder / f"part-{part}")
        parts[-1].mkdir()
        with open(parts[-1] / "events.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(rows[0])
            for row in rows[part::9]:
                cells = {**row, "at": row["at"].isoformat()}
                writer.writerow(["" if cell is None else cell for cell in cells.values()])
    return parts, rows


def told(rows):
    """What anyone should find of these rows, by month."""
    months = {}
    for row in rows:
        own = months.setdefault(f"{row['at']:%Y-%m}", [0, 0, 0.0, set(), None, None, 0])
        own[0] += 1
        own[1] += row["count"]
        own[2] += row["value"] or 0.0
        own[3].add((row["account"], row["user"]))
        own[4] = min(own[4] or row["at"], row["at"])
        own[5] = max(own[5] or row["at"], row["at"])
        own[6] += row["plan"] == "pro"
    return {
        month: (n, events, round(value, 6), len(users), first, last, pro)
        for month, (n, events, value, users, first, last, pro) in sorted(months.items())
    }


def by_duckdb(files):
    """The same by DuckDB; files are a pattern or a list."""
    rows = duckdb.execute(
        """
        SET TimeZone = 'UTC';
        SELECT month, count(*), sum("count")::BIGINT, round(coalesce(sum("value"), 0), 6),
               count(DISTINCT (account, "user")), epoch_us(min("at")), epoch_us(max("at")),
               count(*) FILTER (attributes::JSON ->> 'plan' = 'pro')
        FROM read_parquet($files, hive_partitioning = true, hive_types_autocast = false)
        GROUP BY month ORDER BY month
        """,
        {"files": files},
    ).fetchall()
    epoch = datetime.datetime(1970, 1, 1, tzinfo=UTC)
    instant = lambda micros: epoch + datetime.timedelta(microseconds=micros)
    return {row[0]: (*row[1:5], instant(row[5]), instant(row[6]), row[7]) for row in rows}


def by_pandas(files):
    """The same by pandas."""
    events = pandas.concat(pandas.read_parquet(file, partitioning=None) for file in files)
    assert str(events["at"].dtype) == "datetime64[us, UTC]", events["at"].dtype
    found = {}
    for month, own in events.groupby(events["at"].dt.strftime("%Y-%m")):
        users = own[["account", "user"]].astype(object).where(own[["account", "user"]].notna(), None)
        plans = own["attributes"].dropna().map(lambda text: json.loads(text).get("plan") == "pro")
        found[month] = (
            len(own),
            int(own["count"].sum()),
            round(float(own["value"].sum()), 6),
            len(set(users.itertuples(index=False, name=None))),
            own["at"].min().to_pydatetime(),
            own["at"].max().to_pydatetime(),
            int(plans.sum()),
        )
    return found


def check(what, data, rows):
    """Compares; the live files and, where given, all files."""
    status = dearly(data, "lake", "status")
    files = [own["file"] for own in status["segments"]]
    assert status["n_events"] == len(rows), (what, status["n_events"], len(rows))
    expected = told(rows)
    for tool, found in [("DuckDB", by_duckdb(files)), ("pandas", by_pandas(files))]:
        assert found == expected, f"{what}: {tool} finds\n{found}\nnot\n{expected}"
    query = 'SELECT account, epoch_us("at") FROM read_parquet($file)'
    order = duckdb.execute(query, {"file": files[0]}).fetchall()
    assert order == sorted(order), f"{what}: {files[0]} is not sorted"
    print(f"read-lake: {what}: {len(rows)} events in {len(files)} files")
    return files


def documented(folder, data, rows):
    """Runs the lines of docs/LAKE.md, "Reading it", as they stand there; `mine` is the data folder."""
    text = (pathlib.Path(__file__).parent.parent / "docs" / "LAKE.md").read_text()
    section = text.split("\n## Reading it\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```(\w+)\n(.*?)```", section, re.S)
    assert [kind for kind, _ in blocks] == ["sh", "sql", "python", "python"], blocks
    work, commands = folder / "documented", folder / "commands"
    work.mkdir()
    commands.mkdir()
    (work / "mine").symlink_to(data)
    (commands / "dearly").symlink_to(BINARY)
    # The program of DuckDB is its library with an argument.
    duckdb_program = commands / "duckdb"
    duckdb_program.write_text(
        f"#!{sys.executable}\nimport duckdb, json, sys\nduckdb.execute(\"SET TimeZone = 'UTC'\")\n"
        "print(json.dumps(duckdb.execute(sys.argv[2]).fetchall(), default=str))\n"
    )
    duckdb_program.chmod(0o755)
    before = os.getcwd(), os.environ["PATH"]
    os.chdir(work)
    os.environ["PATH"] = f"{commands}:{before[1]}"
    try:
        shell, query, of_pandas, of_polars = (text for _, text in blocks)
        found = json.loads(subprocess.run(["bash", "-euc", shell], check=True, stdout=subprocess.PIPE).stdout)
        expected = [[month, own[0], own[1]] for month, own in told(rows).items()]
        assert found == expected, f"the documented command finds {found}, not {expected}"
        since = datetime.datetime(2025, 11, 1, tzinfo=UTC)
        users = collections.defaultdict(set)
        for row in rows:
            if row["at"] >= since:
                users[row["account"]].add(row["user"])
        expected = {account: len(own - {None}) for account, own in users.items()}
        found = dict(duckdb.execute(query.replace("2026-11", "2025-11")).fetchall())
        assert found == expected, f"the documented SQL finds {found}, not {expected}"
        names = {}
        exec(of_pandas + of_polars, names)
        found = {(day, account): n for (day, account), n in names["daily"].items() if n}
        days = collections.defaultdict(set)
        for row in rows:
            if row["user"] is not None:
                days[row["at"].date(), row["account"]].add(row["user"])
        assert found == {key: len(own) for key, own in days.items()}, "the documented lines of pandas find another"
        counts = collections.Counter()
        for row in rows:
            counts[row["account"]] += row["count"]
        found = dict(names["by_account"].iter_rows())
        assert found == dict(counts), f"the documented lines of Polars find {found}, not {dict(counts)}"
    finally:
        os.chdir(before[0])
        os.environ["PATH"] = before[1]
    print("read-lake: the lines of docs/LAKE.md: DuckDB twice, pandas, Polars")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = folder / "data"
        parts, rows = book(folder)
        dearly(data, "import", str(folder / "accounts.csv"))
        for part in parts:
            dearly(data, "import", str(part / "events.csv"))
        files = check("imported", data, rows)
        dearly(data, "import", str(parts[0] / "events.csv"))
        assert check("imported once more", data, rows) == files

        dearly(data, "lake", "compact")
        files = check("merged", data, rows)
        assert len(files) == 3, files

        dearly(data, "lake", "erase", "--user", "user-7", "--user", "user-8")
        rows = [row for row in rows if row["user"] not in ("user-7", "user-8")]
        files = check("erased", data, rows)
        # An erasure deletes what was: now the live files are all files.
        pattern = str(data / "events" / "*" / "*.parquet")
        assert by_duckdb(pattern) == told(rows), "all files are not the live ones"
        documented(folder, data, rows)

        dearly(data, "lake", "retain", "--from", "2025-12-10")
        rows = [row for row in rows if row["at"] >= datetime.datetime(2025, 12, 10, tzinfo=UTC)]
        check("retained", data, rows)


main()
