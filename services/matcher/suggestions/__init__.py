"""What declined and dismissed pairings would be as a rule of their owner: proposed, and never applied by itself."""
