"""The named firm of `world.py` on both databases, made once for each test process.

A folder's conftest takes it in: `from tests.support.world_fixtures import *`.
"""

from tests.support.prepared import prepared
from tests.support.world import make_world

__all__ = ["world"]
world = prepared(make_world)
