"""Blocks: saved and loaded, with secrets, within each other, of classes of one's own, and by the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Prefect
from our_server import Server
from pydantic import SecretStr

from prefect.blocks.core import Block
from prefect.blocks.fields import SecretDict
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client
from prefect.filesystems import LocalFileSystem

pytestmark = pytest.mark.core

MASK = "********"


class Credentials(Block):
    """Who somebody is."""

    user: str
    password: SecretStr


class Database(Block):
    """Where something is kept."""

    host: str
    port: int = 5432
    credentials: Credentials
    extra: SecretDict = SecretDict({})


def test_a_secret_comes_back_only_to_who_asks_for_it(server: Server) -> None:
    Secret(value="swordfish").save("mine")
    assert Secret.load("mine").get() == "swordfish"
    document = "/block_types/slug/secret/block_documents/name/mine"
    assert server.get(document)["data"] == {"value": MASK}
    assert server.get(document + "?include_secrets=true")["data"] == {"value": "swordfish"}
    Secret(value={"user": "a", "keys": [1]}).save("mine", overwrite=True)
    assert Secret.load("mine").get() == {"user": "a", "keys": [1]}
    with pytest.raises(ValueError, match="already in use"):
        Secret(value="other").save("mine")
    Secret.delete("mine")
    assert server.is_missing(document)
    with pytest.raises(ValueError, match="Unable to find block document"):
        Secret.load("mine")


def test_blocks_within_blocks(server: Server) -> None:
    credentials = Credentials(user="ada", password=SecretStr("pw"))
    credentials.save("ada")
    made = Database(host="h", credentials=credentials, extra=SecretDict({"token": "tk"}))
    made.save("main")
    loaded = Database.load("main")
    assert (loaded.host, loaded.port, loaded.credentials.user) == ("h", 5432, "ada")
    assert loaded.credentials.password.get_secret_value() == "pw"
    assert loaded.extra.get_secret_value()["token"] == "tk"
    shown = server.get("/block_types/slug/database/block_documents/name/main")
    assert shown["data"]["extra"] == {"token": MASK}
    assert shown["data"]["credentials"] == {"user": "ada", "password": MASK}
    assert shown["block_document_references"]["credentials"]["block_document"]["name"] == "ada"
    # The inner one is referred to, not copied.
    Credentials(user="bob", password=SecretStr("pw2")).save("ada", overwrite=True)
    again = Database.load("main")
    assert (again.credentials.user, again.credentials.password.get_secret_value()) == ("bob", "pw2")
    schema = server.get(f"/block_schemas/{shown['block_schema_id']}")
    assert schema["fields"]["secret_fields"] == ["credentials.password", "extra.*"]
    assert server.get("/block_types/slug/database")["description"] == "Where something is kept."


def test_a_changed_class_gets_a_new_schema(server: Server) -> None:
    def shape(fields: dict[str, type]) -> type[Block]:
        return type("Shaped", (Block,), {"__annotations__": fields, "_block_type_slug": "shaped"})

    shape({"a": int})(a=1).save("one")
    shape({"a": int, "b": str})(a=1, b="x").save("two")
    block_type = server.get("/block_types/slug/shaped")
    schemas = server.post("/block_schemas/filter", block_schemas={"block_type_id": {"any_": [block_type["id"]]}})
    assert sorted(len(schema["fields"]["properties"]) for schema in schemas) == [1, 2]
    assert len({schema["checksum"] for schema in schemas}) == 2


@pytest.mark.newer
async def test_the_asynchronous_functions(server: Server) -> None:
    block = LocalFileSystem(basepath="/somewhere")
    await block.asave("awaited")
    loaded = await LocalFileSystem.aload("awaited")
    assert loaded.basepath == "/somewhere"
    async with get_client() as client:
        documents = await client.read_block_documents_by_type("local-file-system")
    assert "awaited" in {document.name for document in documents}


def test_commands(prefect: Prefect, server: Server) -> None:
    (prefect.folder / "own.py").write_text(
        "from prefect.blocks.core import Block\n\n\nclass Gate(Block):\n    height: int\n"
    )
    assert "Gate" in prefect("block", "register", "--file", Path("own.py")).out
    assert server.get("/block_types/slug/gate")["name"] == "Gate"
    assert "gate" in prefect("block", "type", "ls").out
    assert "Gate" in prefect("block", "type", "inspect", "gate").out
    LocalFileSystem(basepath="/there").save("commanded")
    assert "local-file-system/commanded" in prefect("block", "ls").out
    assert "/there" in prefect("block", "inspect", "local-file-system/commanded").out
    assert "blocks/catalog/local-file-system" in prefect("block", "create", "local-file-system").out
    prefect("block", "delete", "local-file-system/commanded")
    assert server.is_missing("/block_types/slug/local-file-system/block_documents/name/commanded")
    prefect("block", "delete", "local-file-system/commanded", code=1)
    prefect("block", "type", "delete", "gate")
    assert server.is_missing("/block_types/slug/gate")
    # What the server brings may not be deleted.
    prefect("block", "type", "delete", "secret", code=1)
    assert server.get("/block_types/slug/secret")["is_protected"] is True
