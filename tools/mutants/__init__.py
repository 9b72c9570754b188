"""Mutation run: change the walls' code in one place, and see whether a test notices.

mutmut's operators are used, not its runner: that one leaves decorated functions alone, and here those are the
actions and the contexts.
"""
