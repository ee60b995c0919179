"""What came by bank: statements, their lines, and what each line may be for."""
