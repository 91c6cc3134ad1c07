"""Connecting an account of a network, step by step."""
