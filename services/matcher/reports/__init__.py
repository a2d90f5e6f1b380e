"""Reports for the platform and the district: who is there, who is matched, and what came of it."""
