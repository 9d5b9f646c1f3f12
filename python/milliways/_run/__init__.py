"""Calls user code and tells the native engine what happened: flows, tasks, generators, timeouts, hooks, threads."""
