"""``python -m tabib.cli``: the spelling of older cluster scripts."""

from tabib.cli.app import main

if __name__ == "__main__":
    main()
