"""The course's data sets, read from installed packages, never from the network."""
