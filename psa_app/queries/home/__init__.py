"""Home: the firm's figures, a lead's projects, a member's week."""
