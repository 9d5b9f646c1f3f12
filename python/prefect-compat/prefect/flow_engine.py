"""The exception that ends a flow run which takes too long; ``python -m prefect.flow_engine`` is `prefect.engine`."""

from milliways.exceptions import FlowRunTimeoutError

__all__ = ["FlowRunTimeoutError"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)


if __name__ == "__main__":
    import sys

    from milliways.engine import main

    sys.exit(main())
