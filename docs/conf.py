"""How Sphinx builds the documentation."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs.generate import write_data_dictionary

project = "Hoopcast"
author = "The Hoopcast contributors"
project_copyright = f"2026, {author}"
release = installed_version("hoopcast")
version = release

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"Hoopcast {release}"
html_copy_source = False

write_data_dictionary()
