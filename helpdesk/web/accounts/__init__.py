"""Signing in, by django-allauth, in our own words: adapters, forms, addresses and limits."""
