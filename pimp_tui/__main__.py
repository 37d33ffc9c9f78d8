"""Entry point of `python -m pimp_tui`."""

from pimp_tui.cli import main

raise SystemExit(main())
