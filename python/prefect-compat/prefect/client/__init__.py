"""The schemas of the client; the client itself comes later."""


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
