"""Who may sign in to the demo firm. It imports next to nothing: every start prints it."""

from psa_app.config import DEMO_PASSWORD

PASSWORD = DEMO_PASSWORD
SIGN_INS = (
    ("Owner", "mara@harbour.example"),
    ("Finance", "felix@harbour.example"),
    ("Lead", "ines@harbour.example"),
    ("Member", "yuki@harbour.example"),
    ("Client", "jonas.reuter@northwind.example"),
)
