"""Long runs that show what the services keep, answer and recover from when they are killed, overloaded or cut off."""
