"""What several tests of the house share."""

from tests.support.psa import psa

__all__ = ["psa"]
