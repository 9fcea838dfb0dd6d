"""What programs can ask: five endpoints, over HTTP and as tools; docs/api.md."""
