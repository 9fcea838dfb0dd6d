"""Isnad: answers from a folder of documents, in the documents' own words, with the source."""
