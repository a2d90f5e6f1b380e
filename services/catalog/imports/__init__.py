"""Files in: records of any common form mapped onto wire profiles and written row by row."""
