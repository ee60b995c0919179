"""The pipeline: stages, opportunities, what they may bring and whom they would need."""
