"""``python -m tabib``."""

from tabib.cli.app import main

if __name__ == "__main__":
    main()
