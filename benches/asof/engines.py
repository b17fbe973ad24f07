"""The answers of the as-of benchmark by DuckDB and by Polars, and the comparison of all.

    engines.py duckdb|polars FOLDER --out FILE      answers, and a line of what they took
    engines.py compare FILE FILE ...                whether all say the same

Both engines are given what helps: two threads, weekly days and windows of four weeks. An event in week w (the place of
the first wanted day that is not before it) is seen by the days w to w + 3, so that events are first reduced to weeks,
which costs both several times less than joining days with windows.
"""

import argparse
import os
import resource
import sys
import time

THREADS = 2
DAYS = 104
# The last day of telemetry, and the first wanted day, in days since 1970-01-01.
LAST = 20_634
FIRST = LAST - 7 * (DAYS - 1)
MICROS_PER_DAY = 86_400_000_000
STICKY = [f"feature_{rank:02}_used" for rank in range(10)]
COLUMNS = ["account", "day", "active_users", "events", "events_before", "features_used"]


def duckdb_answers(files, out):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    connection.execute("SET TimeZone = 'UTC'")
    sticky = ", ".join(f"'{name}'" for name in STICKY)
    # Counted from far before the first day, so that the division rounds down.
    week = f"(epoch_us(\"at\") // {MICROS_PER_DAY} - {FIRST} + 6 + 7000) // 7 - 1000"

    def seen(days):
        return f"SELECT unnest(range(w, w + {days})) AS day"

    query = f"""
        CREATE TEMP TABLE weeks AS
            SELECT account, "user", event, w, sum("count") AS n
            FROM (SELECT account, "user", event, {week} AS w, "count" FROM read_parquet({files!r}) WHERE account IS NOT NULL)
            GROUP BY ALL;
        CREATE TEMP TABLE answers AS
        WITH
        active AS (
            SELECT account, day, count(*) AS active_users
            FROM (
                SELECT DISTINCT account, "user", unnest(range(w, w + 4)) AS day
                FROM (SELECT DISTINCT account, "user", w FROM weeks WHERE "user" IS NOT NULL)
            )
            GROUP BY ALL
        ),
        weekly AS (SELECT account, w, sum(n) AS n FROM weeks GROUP BY ALL),
        events AS (
            SELECT account, day, sum(now) AS events, sum(before) AS events_before
            FROM (
                SELECT account, unnest(range(w, w + 4)) AS day, n AS now, 0 AS before FROM weekly
                UNION ALL
                SELECT account, unnest(range(w + 4, w + 8)) AS day, 0 AS now, n AS before FROM weekly
            )
            GROUP BY ALL
        ),
        features AS (
            SELECT account, day, count(*) AS features_used
            FROM (
                SELECT account, event, day
                FROM (
                    SELECT DISTINCT account, "user", event, unnest(range(w, w + 4)) AS day
                    FROM weeks WHERE event IN ({sticky}) AND "user" IS NOT NULL
                )
                GROUP BY ALL HAVING count(*) >= 3
            )
            GROUP BY ALL
        )
        SELECT account, day, coalesce(active_users, 0) AS active_users, events, events_before,
               coalesce(features_used, 0) AS features_used
        FROM events LEFT JOIN active USING (account, day) LEFT JOIN features USING (account, day)
        WHERE day BETWEEN 0 AND {DAYS - 1};
    """
    with measured():
        connection.execute(query)
    if out:
        connection.execute(f"COPY (SELECT * FROM answers) TO '{out}' (FORMAT csv, HEADER)")


def polars_answers(files, out):
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars as pl

    def exploded(frame, back, days, *columns):
        offsets = pl.lit([back + day for day in range(days)], dtype=pl.List(pl.Int32))
        return frame.with_columns(day=pl.col("w") + offsets).explode("day").select(*columns, "day")

    def answers():
        day = pl.col("at").dt.epoch("us") // MICROS_PER_DAY
        weeks = (
            pl.scan_parquet(files, hive_partitioning=False)
            .filter(pl.col("account").is_not_null())
            .select("account", "user", "event", ((day - FIRST + 6) // 7).cast(pl.Int32).alias("w"), "count")
            .group_by("account", "user", "event", "w")
            .agg(n=pl.col("count").sum())
            .collect(engine="streaming")
            .lazy()
        )
        offsets = lambda start: pl.concat_list([pl.col("w") + start + day for day in range(4)])
        by_user = weeks.filter(pl.col("user").is_not_null())
        active = (
            by_user.select("account", "user", "w").unique()
            .select("account", "user", offsets(0).alias("day")).explode("day").unique()
            .group_by("account", "day").agg(active_users=pl.len())
        )
        weekly = weeks.group_by("account", "w").agg(pl.col("n").sum())
        now = weekly.select("account", offsets(0).alias("day"), "n").explode("day")
        before = weekly.select("account", offsets(4).alias("day"), "n").explode("day")
        events = pl.concat([
            now.select("account", "day", events="n", events_before=pl.lit(0, dtype=pl.Int64)),
            before.select("account", "day", events=pl.lit(0, dtype=pl.Int64), events_before="n"),
        ]).group_by("account", "day").agg(pl.col("events").sum(), pl.col("events_before").sum())
        features = (
            by_user.filter(pl.col("event").cast(pl.String).is_in(STICKY))
            .select("account", "user", "event", offsets(0).alias("day")).explode("day").unique()
            .group_by("account", "event", "day").len()
            .filter(pl.col("len") >= 3)
            .group_by("account", "day").agg(features_used=pl.len())
        )
        return (
            events.join(active, on=["account", "day"], how="left")
            .join(features, on=["account", "day"], how="left")
            .filter(pl.col("day").is_between(0, DAYS - 1))
            .select("account", "day", pl.col("active_users").fill_null(0), "events", "events_before",
                    pl.col("features_used").fill_null(0))
            .collect(engine="streaming")
        )

    with measured():
        result = answers()
    if out:
        result.with_columns(pl.col("account").cast(pl.String)).write_csv(out)


class measured:
    """Prints wall and CPU seconds of what happens within, and the peak memory of the process."""

    def __enter__(self):
        self.wall, self.cpu = time.monotonic(), time.process_time()

    def __exit__(self, *_):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        wall, cpu = time.monotonic() - self.wall, time.process_time() - self.cpu
        print(f"measured wall {wall:.2f} cpu {cpu:.2f} peak_mib {peak:.0f}", flush=True)


def compare(paths):
    import polars as pl

    def read(path):
        frame = pl.read_csv(path, schema_overrides={name: pl.Int64 for name in COLUMNS[1:]})
        return frame.select(COLUMNS).filter(pl.sum_horizontal(COLUMNS[2:]) > 0).sort("account", "day")

    first = read(paths[0])
    same = True
    for path in paths[1:]:
        other = read(path)
        if not first.equals(other):
            same = False
            joined = first.join(other, on=["account", "day"], how="full", coalesce=True, suffix="_other", nulls_equal=True)
            differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_other")) for name in COLUMNS[2:])
            print(f"{paths[0]} and {path} differ:\n{joined.filter(differs).head(10)}")
    if same:
        print(f"equal: {len(paths)} times the same {len(first)} answers")
    return 0 if same and len(first) > 0 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["duckdb", "polars", "compare"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--out")
    arguments = parser.parse_args()
    if arguments.command == "compare":
        return compare(arguments.paths)
    files = os.path.join(arguments.paths[0], "events", "*", "*.parquet")
    {"duckdb": duckdb_answers, "polars": polars_answers}[arguments.command](files, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
