"""`python -m psa_app.cli` is `psa`."""

import sys

from psa_app.cli import main

sys.exit(main())
