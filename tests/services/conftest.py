"""The named firm that the tests of this folder share."""

from tests.support.world_fixtures import *  # noqa: F403
