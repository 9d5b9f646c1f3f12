"""The submodules of Prefect's that flows use."""
