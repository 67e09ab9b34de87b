"""A term of work on quality, played by every kind of client in a sandbox as `make run` makes it, but small."""
