"""How do I run a task for every item of a list? `map` gives a future for each; futures can be mapped over again."""

from __future__ import annotations

from milliways import flow, task, unmapped


@task
def length(word: str) -> int:
    """Counts letters."""
    return len(word)


@task
def scale(number: int, factor: int) -> int:
    """Multiplies."""
    return number * factor


@task
def total(numbers: list[int]) -> int:
    """Adds up."""
    return sum(numbers)


@flow
def map_and_reduce(words: list[str], factor: int = 10) -> int:
    """Maps twice, then reduces. The list of futures becomes the list of results."""
    lengths = length.map(words)
    scaled = scale.map(lengths, unmapped(factor))
    return total(scaled)


if __name__ == "__main__":
    print(map_and_reduce(["in", "the", "beginning"]))
