"""The chat: `ui.app.serve` opens it, `ui.chat` lays it out, `ui.backend` answers, `ui.html` writes its HTML.

`ui.api` is for programs; `ui.uploads` takes documents in; `ui.kept` remembers; `ui.guards` keeps others out.
"""
