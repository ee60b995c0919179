"""The named firm and the till that the tests of this folder share."""

from tests.services.collecting import bill, invoice, payment, shop, till  # noqa: F401
from tests.support.prepared import prepared
from tests.support.world import make_world

world = prepared(make_world, invoice=bill)
