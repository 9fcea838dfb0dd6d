"""Where a Hugging Face Space begins; on a machine of one's own, use `isnad serve`."""

from ui.space import main

if __name__ == "__main__":
    main()
