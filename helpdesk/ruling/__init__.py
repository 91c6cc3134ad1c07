"""Rules without a database: what they may ask, and whether it holds."""
