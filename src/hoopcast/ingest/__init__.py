"""Where raw data come from: files, and the simulator. Each yields the same raw contracts."""
