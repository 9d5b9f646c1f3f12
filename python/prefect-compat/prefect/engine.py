"""What Prefect's workers start for a flow run: ``python -m prefect.engine``."""

import sys

from milliways.engine import main

__all__: list[str] = []


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)


if __name__ == "__main__":
    sys.exit(main())
