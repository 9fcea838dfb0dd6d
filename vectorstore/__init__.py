"""Stores for ids, token lists and vectors. They know no language and import nothing of ours."""
