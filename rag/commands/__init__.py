"""What each command of `isnad` does; `rag.cli` only reads the command line."""
