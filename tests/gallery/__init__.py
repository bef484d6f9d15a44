"""The suite assessed by its galleries: specimens, innocents and hostile implementations."""
