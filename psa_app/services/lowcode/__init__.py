"""What a firm makes of its tables without code: own fields, saved views, acts on many records."""
