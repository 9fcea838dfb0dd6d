"""The chat: `ui.app.serve` opens it, `ui.chat` lays it out, `ui.render` and `ui.panel` write its HTML."""
