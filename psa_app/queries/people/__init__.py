"""People for a screen: the list, one person, and who is away when."""
