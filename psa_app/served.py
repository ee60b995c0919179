"""What `psa serve` runs: the program, loaded without looking for garbage meanwhile."""

import gc

from starlette.types import ASGIApp


def app() -> ASGIApp:
    """Loads the program. A start makes hardly any garbage; to look for it took a sixth of its time."""
    gc.disable()
    try:
        from psa_app.psa_app import app as program

        return program()
    finally:
        gc.enable()
