"""Reading the pipeline: the board, the list, how far chances get, tentative demand."""
