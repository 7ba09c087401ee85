"""The queue of model work."""

import asyncio
from threading import Event, get_ident

import pytest

from allegory.studio.work import Busy, Work


def test_jobs_run_in_their_order_on_one_thread():
    async def play():
        work, order = Work(), []
        jobs = [work(lambda k=k: order.append((k, get_ident())) or k) for k in range(5)]
        assert await asyncio.gather(*jobs) == list(range(5))
        assert [k for k, _ in order] == list(range(5))
        assert len({thread for _, thread in order}) == 1

    asyncio.run(play())


def test_a_full_queue_says_so_and_recovers():
    async def play():
        work, gate = Work(2), Event()
        first = [asyncio.create_task(work(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await work(lambda: None)
        gate.set()
        await asyncio.gather(*first)
        assert await work(lambda: "again") == "again"

    asyncio.run(play())


def test_a_job_that_fails_is_told_and_frees_its_place():
    async def play():
        work = Work(1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await work(lambda: 1 / 0)
        assert work.waiting == 0

    asyncio.run(play())
