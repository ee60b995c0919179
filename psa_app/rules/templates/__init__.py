"""Templates: what each kind holds, and how its days follow from a first one."""
