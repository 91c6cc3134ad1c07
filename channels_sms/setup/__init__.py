"""The guided set-up of numbers and telephone systems."""
