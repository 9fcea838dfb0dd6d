"""What stands between the network and the application: `guarded.Guards`; docs/security.md has the list."""
