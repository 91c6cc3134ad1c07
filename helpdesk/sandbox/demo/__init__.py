"""The demo desk of "Birch & Linen", a linen shop that answers in six languages.

`desk` makes agents, teams and inboxes, `people` the customers, `history` ninety days of
conversations; `seed` puts them together in one transaction and `invariants` says whether what
was written in bulk keeps every rule that the services keep.
"""
