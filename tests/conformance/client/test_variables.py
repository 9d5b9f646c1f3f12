"""Variables, by the client's functions and by its command."""

from __future__ import annotations

import pytest
from commands import Prefect
from our_server import Server

from prefect.client.orchestration import get_client
from prefect.variables import Variable

pytestmark = pytest.mark.core


@pytest.mark.parametrize("value", ["text", 7, 1.5, True, None, [1, "two"], {"deep": {"er": [None]}}])
def test_a_value_comes_back_as_it_was(server: Server, value: object) -> None:
    name = f"kept_{type(value).__name__.lower()}"
    Variable.set(name, value)
    assert Variable.get(name) == value
    assert type(Variable.get(name)) is type(value)
    assert server.get(f"/variables/name/{name}")["value"] == value
    assert Variable.unset(name) is True
    assert server.is_missing(f"/variables/name/{name}")
    assert Variable.get(name, default="else") == "else"
    assert Variable.unset(name) is False


def test_a_variable_is_written_over_only_when_asked(server: Server) -> None:
    Variable.set("once", 1, tags=["a", "b"])
    with pytest.raises(ValueError, match="already exists"):
        Variable.set("once", 2)
    Variable.set("once", 3, overwrite=True, tags=["c"])
    kept = server.get("/variables/name/once")
    assert (kept["value"], kept["tags"]) == (3, ["c"])
    with get_client(sync_client=True) as client:
        read = client.read_variable_by_name("once")
    assert read is not None
    assert str(read.id) == kept["id"]


async def test_the_asynchronous_functions(server: Server) -> None:
    await Variable.aset("awaited", {"n": 1})
    assert await Variable.aget("awaited") == {"n": 1}
    async with get_client() as client:
        assert "awaited" in {one.name for one in await client.read_variables()}
    assert await Variable.aunset("awaited") is True


def test_commands(prefect: Prefect, server: Server) -> None:
    prefect("variable", "set", "commanded", '{"a": [1]}', "--tag", "t1", "--tag", "t2")
    kept = server.get("/variables/name/commanded")
    assert (kept["value"], kept["tags"]) == ({"a": [1]}, ["t1", "t2"])
    prefect("variable", "set", "commanded", "other", code=1)
    prefect("variable", "set", "commanded", "other", "--overwrite")
    assert prefect("variable", "get", "commanded").out.strip() == '"other"'
    inspected = prefect("variable", "inspect", "commanded", "-o", "json").json()
    assert (inspected["name"], inspected["value"]) == ("commanded", "other")
    assert "commanded" in prefect("variable", "ls").out
    prefect("variable", "unset", "commanded")
    assert server.is_missing("/variables/name/commanded")
    prefect("variable", "get", "commanded", code=1)
