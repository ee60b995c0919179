"""A retainer's statement as it is drawn: the periods, and the work of one of them."""

from psa_app.display.tables import Column

PERIODS = [
    Column("period", "Period"),
    Column("opening", "From before", align="right"),
    Column("granted", "Granted", align="right"),
    Column("added", "Added", align="right"),
    Column("used", "Used", align="right"),
    Column("beyond", "Beyond", align="right"),
    Column("expired", "Expired", align="right"),
    Column("left", "Left", align="right", phone="side"),
    Column("state", "State"),
]
WORK = [
    Column("day", "Day"),
    Column("person", "Person"),
    Column("work", "Work"),
    Column("from", "From"),
    Column("used", "Used", align="right", phone="side"),
]
