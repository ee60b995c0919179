"""What runs in the background, and when.

The database holds what is to be done (outbox, inbox, payments to ask after); nothing is lost when
a worker dies. Huey keeps the timetable and runs what stands on it. `worker.background` does it all
inside the serving process, `psa worker` in a process of its own; in each installation only one of
them is at work, the others stand by.
"""
