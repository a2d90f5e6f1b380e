"""`liaison demo`: both services on real profiles, and a question from each group of users."""
