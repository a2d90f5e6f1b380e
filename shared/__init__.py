"""What the two services agree on; imports neither."""
