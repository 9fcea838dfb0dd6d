"""Open the chat where a Hugging Face Space looks for it; on a machine of one's own, use `isnad serve`."""

from rag.pipeline import Pipeline
from rag.settings import Settings
from ui.app import serve

if __name__ == "__main__":
    settings = Settings.load()
    hub_models = (settings.encoder, settings.reader) != ("embedded", "embedded")
    with Pipeline.open(settings.corpus, settings=settings) as pipeline:
        serve(
            pipeline,
            host="0.0.0.0",  # noqa: S104  (a Space is reached from outside its container)
            port=settings.port,
            examples=pipeline.examples(),
            max_question_chars=settings.max_question_chars,
            hub_models=hub_models,
        )
