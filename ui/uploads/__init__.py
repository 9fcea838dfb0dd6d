"""Documents that come in through the chat, a visitor's own or the owner's; docs/documents.md."""
