"""Starts and supervises what the portal runs on: PostgreSQL, Valkey, web server, worker and beat.

Nothing here imports another app of the portal but the table of demonstration accounts, and only
`management/` needs Django: the services can be started before Django is configured.
"""
