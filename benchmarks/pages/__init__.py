"""Pages in a browser, and their mathematics beside Python's."""
