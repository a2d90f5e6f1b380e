"""`liaison bench`: what the running services cost beside the libraries and frameworks they stand on."""
