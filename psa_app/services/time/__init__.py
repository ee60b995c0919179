"""Time: logged, timed, imported, handed in, approved, priced and locked."""
