"""PostgreSQL and Valkey without installing them, and the supervisor behind ``manage.py up``.

Nothing here imports Django or the rest of the product: these modules run before there is a
database to configure Django with, and the supervisor stays small because of it.
"""
