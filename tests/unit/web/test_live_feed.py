"""The live feed keeps only the latest, counts what it lets go, and tells asyncio without a queue that can grow."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from bartizan.app.desk.feed import MAX_BOXES, MAX_CAMERAS, MAX_TRACKS, MAX_TRAIL, LiveFeed


def test_the_latest_picture_wins_and_unlooked_ones_are_counted() -> None:
    feed = LiveFeed()
    for t in range(5):
        feed.publish_picture("north", float(t), b"jpeg %d" % t, [("r-1", 1.0, 2.0, 3.0, 4.0)])
    seen = feed.look("north")
    assert seen is not None
    assert (seen.number, seen.t, seen.image, seen.unseen) == (5, 4.0, b"jpeg 4", 4)
    assert seen.boxes == (("r-1", 1.0, 2.0, 3.0, 4.0),)
    feed.publish_picture("north", 5.0, b"jpeg 5")
    assert feed.counts().unseen == 4, "the fifth was looked at, so replacing it loses nothing"
    assert feed.news_of("north") == (6, 5.0)
    assert feed.look("south") is None


def test_pixels_are_kept_as_they_are_until_somebody_looks() -> None:
    feed = LiveFeed()
    image = np.zeros((4, 6, 3), dtype=np.uint8)
    feed.publish_picture("north", 0.0, image)
    seen = feed.look("north")
    assert seen is not None
    assert seen.image is image


def test_everything_is_bounded_and_what_is_cut_is_counted() -> None:
    feed = LiveFeed()
    feed.publish_picture("north", 0.0, b"", [(None, 0.0, 0.0, 1.0, 1.0)] * (MAX_BOXES + 3))
    seen = feed.look("north")
    assert seen is not None
    assert len(seen.boxes) == MAX_BOXES
    trail = [(float(i), 0.0) for i in range(MAX_TRAIL + 10)]
    feed.publish_tracks(0.0, [(f"r-{i}", 0.0, 0.0, ("north",), trail) for i in range(MAX_TRACKS + 2)])
    _, tracks = feed.tracks()
    assert len(tracks) == MAX_TRACKS
    assert len(tracks[0].trail) == MAX_TRAIL
    assert tracks[0].trail[-1] == (float(MAX_TRAIL + 9), 0.0), "the newest places are the ones kept"
    for i in range(MAX_CAMERAS + 4):
        feed.publish_picture(f"camera-{i}", 0.0, b"")
    assert len(feed.cameras()) == MAX_CAMERAS
    assert feed.counts().cut == 3 + 2 + 5  # five cameras too many: "north" took one place


def test_counts_of_the_publisher_leave_the_feeds_own_alone() -> None:
    feed = LiveFeed()
    feed.publish_picture("north", 0.0, b"")
    feed.publish_picture("north", 1.0, b"")
    feed.publish_counts(20, 7, 2)
    counts = feed.counts()
    assert (counts.received, counts.detected, counts.dropped, counts.unseen) == (20, 7, 2, 1)


def test_news_from_another_thread_is_coalesced() -> None:
    async def listen() -> frozenset[str]:
        feed = LiveFeed()
        with feed.watch() as watcher:

            def publish() -> None:
                for t in range(1000):
                    feed.publish_picture("north", float(t), b"")
                    feed.publish_tracks(float(t), [])
                feed.publish_scene("next day, 22:10", exercise=True)

            thread = threading.Thread(target=publish)
            thread.start()
            thread.join()
            topics = await asyncio.wait_for(watcher.wait(), 2.0)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(watcher.wait(), 0.05)
            feed.publish_counts(1, 1)
            assert await asyncio.wait_for(watcher.wait(), 2.0) == {"counts"}
        feed.publish_counts(2, 2)  # nobody hears it, and nothing fails
        assert feed.scene().exercise
        return topics

    assert asyncio.run(listen()) == {"picture:north", "tracks", "scene"}


def test_publishing_after_the_loop_has_ended_is_harmless() -> None:
    feed = LiveFeed()

    async def leave_open() -> None:
        feed.watch()

    asyncio.run(leave_open())
    feed.publish_tracks(0.0, [])
    feed.publish_tracks(1.0, [("r-1", 1.0, 2.0, (), ())])
    assert feed.tracks()[0] == 1.0
