"""The demo firm: fourteen months of a studio's work that end today, made through the services.

`load_demo()` fills an empty database. The same day always gives the same firm.
"""

from psa_app.demo.load import PASSWORD, SIGN_INS, load_demo

__all__ = ["PASSWORD", "SIGN_INS", "load_demo"]
