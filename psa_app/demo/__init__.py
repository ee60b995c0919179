"""The demo firm: fourteen months of a studio's work that end today, made through the services.

`load_demo()` fills an empty database. The same day always gives the same firm.
"""

import gc
from collections.abc import Callable
from pathlib import Path

from psa_app.demo.sign_ins import PASSWORD, SIGN_INS

GARBAGE_AFTER = 50_000  # new objects, before they are looked through

__all__ = ["PASSWORD", "SIGN_INS", "load_demo"]


def load_demo(tell: Callable[[str], None] = lambda _: None, sandbox: Path | None = None) -> bool:
    """Fills an empty database with the demo firm; False if there is a firm already (see `load.py`)."""
    from psa_app.demo import load

    often = gc.get_threshold()
    gc.freeze()  # what is loaded by now stays: to look through it for garbage took a twelfth of the time
    gc.set_threshold(GARBAGE_AFTER)
    try:
        return load.load_demo(tell, sandbox)
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()
