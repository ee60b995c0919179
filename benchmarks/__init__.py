"""How fast the program is: `make bench` prints each figure beside its floor, measured in the same run."""
