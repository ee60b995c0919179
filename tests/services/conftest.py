"""The named firm and the till that the tests of this folder share."""

from tests.services.collecting import invoice, payment, shop, till  # noqa: F401
from tests.support.world_fixtures import *  # noqa: F403
