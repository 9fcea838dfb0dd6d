"""Everything that is shown, as HTML. Pure functions: no Gradio, no state; all from outside is escaped."""
