"""What outlasts a question: answers, conversations, verdicts, and what Gradio holds of its visitors."""
