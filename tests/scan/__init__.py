"""`make scan`: the usual tools against the running demo, with the session of two agencies. See docs/security.md."""
