"""What people did about proposed pairings, and what came of them."""
