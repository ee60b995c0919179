"""Journeys walk the whole path on the named firm, on both databases, with the clock moved."""

from tests.support.world_fixtures import *  # noqa: F403
