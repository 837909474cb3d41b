"""The tiny course, for all tests of the autograder."""

from tiny_fixtures import (  # noqa: F401
    empty_gradebook,
    hand_in,
    one_jail,
    released,
    solved,
    tiny_course,
    tiny_notebooks,
    tiny_registry,
)
