"""Holds the modules that flows import by the names they know from Prefect."""
