"""What is done with many records that is no act of their kind."""

ARCHIVE = "archive_rows"
PUT_BACK = "put_back_rows"
CHANGE = "change_field"  # a field gets one value in all of them
