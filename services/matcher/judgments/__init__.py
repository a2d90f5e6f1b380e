"""Golden sets: judged pairs as stored records, by hand, from files and from feedback, with their sources kept apart."""
