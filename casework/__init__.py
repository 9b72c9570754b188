"""Cases, households, sharing between agencies, and what was decided about them."""
