"""The course's shared reference library: what the notebooks teach, correct and readable."""
