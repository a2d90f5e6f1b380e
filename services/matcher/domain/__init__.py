"""What the matcher reasons about: documents, attributes, eligibility; pure."""
