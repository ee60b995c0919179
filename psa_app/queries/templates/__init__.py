"""Templates: what there is, what each holds, and the finished things that they are made from."""
