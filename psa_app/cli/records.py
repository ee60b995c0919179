"""`psa import` and `psa export`: records in and out as files."""
