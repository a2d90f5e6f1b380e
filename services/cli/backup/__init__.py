"""`liaison backup` and `liaison restore`: a service's database into one file and back, checked on the way."""
