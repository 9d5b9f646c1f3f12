"""How do I use asyncio? Flows and tasks may be `async`; `asyncio.gather` runs tasks side by side."""

from __future__ import annotations

import asyncio

from milliways import flow, task


@task
async def fetch(page: int) -> str:
    """Waits, as for a network."""
    await asyncio.sleep(0.05)
    return f"page {page}"


@task
def shout(text: str) -> str:
    """A plain task can be called from an async flow."""
    return text.upper()


@flow
async def crawl(pages: int = 3) -> list[str]:
    """Fetches all pages at the same time."""
    texts = await asyncio.gather(*(fetch(page) for page in range(1, pages + 1)))
    return [shout(text) for text in texts]


if __name__ == "__main__":
    print(asyncio.run(crawl()))
