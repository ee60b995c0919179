"""The demo firm: fourteen months of a studio's work that end today, made through the services.

`load_demo()` fills an empty database. The same day always gives the same firm.
"""

from collections.abc import Callable

from psa_app.demo.sign_ins import PASSWORD, SIGN_INS

__all__ = ["PASSWORD", "SIGN_INS", "load_demo"]


def load_demo(tell: Callable[[str], None] = lambda _: None) -> bool:
    """Fills an empty database with the demo firm; False if there is a firm already (see `load.py`)."""
    from psa_app.demo import load

    return load.load_demo(tell)
