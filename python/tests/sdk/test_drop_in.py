"""Scripts written for Prefect run word for word: what they print, and what the server has of them."""

from __future__ import annotations

ETL = """from prefect import flow, task

@task
def extract_data():
    return {"users": 100, "events": 1000}

@task
def transform_data(data):
    data["total"] = data["users"] + data["events"]
    return data

@task
def load_data(data):
    print(f"Loading data: {data}")

@flow(name="ETL Pipeline")
def etl_flow():
    raw = extract_data()
    transformed = transform_data(raw)
    load_data(transformed)

if __name__ == "__main__":
    etl_flow()
"""

HELLO = """from prefect import task, flow

@task
def say_hello():
    print("Hello, world!")

@task
def greet(name):
    print(f"Hello, {name}!")

@flow
def main():
    hello = say_hello()
    greet_hello = greet("Prefect")

if __name__ == "__main__":
    print(main())
"""


def check_run(server, flow_name, task_names):
    (run,) = server.flow_runs()
    assert server.get(f"/flows/{run['flow_id']}")["name"] == flow_name
    assert (run["state_type"], run["state_name"], run["run_count"]) == ("COMPLETED", "Completed", 1)
    assert run["parameters"] == {}
    assert server.flow_states(run["id"]) == ["Pending", "Running", "Completed"]
    tasks = server.task_runs(run["id"])
    assert [t["name"] for t in tasks] == task_names
    for task in tasks:
        assert (task["state_type"], task["run_count"]) == ("COMPLETED", 1)
        assert server.task_states(task["id"]) == ["Pending", "Running", "Completed"]
        assert run["start_time"] <= task["start_time"] <= task["end_time"] <= run["end_time"]
    return run, tasks


def test_etl_script(server, script):
    result = script(ETL)
    assert result.stdout == "Loading data: {'users': 100, 'events': 1000, 'total': 1100}\n"
    _, (extract, transform, load) = check_run(
        server, "ETL Pipeline", ["extract_data-0", "transform_data-0", "load_data-0"]
    )
    inputs = [[i["id"] for i in t["task_inputs"].get("data", [])] for t in (extract, transform, load)]
    assert inputs == [[], [extract["id"]], [transform["id"]]]


def test_hello_script(server, script):
    result = script(HELLO)
    assert result.stdout == "Hello, world!\nHello, Prefect!\nNone\n"
    check_run(server, "main", ["say_hello-0", "greet-0"])
