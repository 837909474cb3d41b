"""What runs inside the jail: the warm process, its forks, and the messages that both sides speak.

Nothing here imports exercises, the judge or the rest of the autograder: only `autograder.tree` and
`autograder.fixtures` come along. Once a learner's cell has run, nothing here can be relied on; the outside
takes what it sends for data from a stranger.
"""
