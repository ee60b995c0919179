"""A stand-in for Stripe that runs inside the app: its API, its payment page, its signed messages.

It lets every payment screen work without an account and without a network. It takes no real money.
"""
