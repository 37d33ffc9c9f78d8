"""The numbered panes of the workspace, one module or package each, imported when first shown."""
