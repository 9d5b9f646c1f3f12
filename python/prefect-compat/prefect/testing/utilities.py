"""What tests of flows use, by the names that Prefect gives them."""

from milliways.testing import milliways_test_harness as prefect_test_harness

__all__ = ["prefect_test_harness"]


def __getattr__(name: str) -> object:
    from prefect._missing import missing

    raise missing(__name__, name)
