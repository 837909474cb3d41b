# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Quiz · Part 2

Ten questions on the ideas of part 2, ten points each; you pass with 80.

| | |
|---|---|
| **You need** | `09-word-vectors` to `12-sentiment` |
| **Time** | half an hour |
| **Points** | 100; you pass with 80 |

Set each variable to the letter of your answer, in quotation marks: `"a"`. Where several choices are right, give all
their letters: `"ac"`; all of them together earn the points. Capitals and order do not matter. The cell below checks the
answer and says what is wrong with it. Think first: a guess that is right teaches nothing.
"""

# %% setup=true
from autograder import check

# %% [markdown]
r"""
{exercise: look_up}
"""

# %% exercise="look_up"
look_up = None  # a letter in quotation marks
### BEGIN SOLUTION
look_up = "b"
### END SOLUTION

# %% check="look_up"
check("look_up", look_up)

# %% [markdown]
r"""
{exercise: repeated_word}
"""

# %% exercise="repeated_word"
repeated_word = None  # a letter in quotation marks
### BEGIN SOLUTION
repeated_word = "d"
### END SOLUTION

# %% check="repeated_word"
check("repeated_word", repeated_word)

# %% [markdown]
r"""
{exercise: nearest_to_the_sum}
"""

# %% exercise="nearest_to_the_sum"
nearest_to_the_sum = None  # a letter in quotation marks
### BEGIN SOLUTION
nearest_to_the_sum = "d"
### END SOLUTION

# %% check="nearest_to_the_sum"
check("nearest_to_the_sum", nearest_to_the_sum)

# %% [markdown]
r"""
{exercise: reading_a_map}
"""

# %% exercise="reading_a_map"
reading_a_map = None  # a letter in quotation marks
### BEGIN SOLUTION
reading_a_map = "a"
### END SOLUTION

# %% check="reading_a_map"
check("reading_a_map", reading_a_map)

# %% [markdown]
r"""
{exercise: what_softmax_gets}
"""

# %% exercise="what_softmax_gets"
what_softmax_gets = None  # a letter in quotation marks
### BEGIN SOLUTION
what_softmax_gets = "c"
### END SOLUTION

# %% check="what_softmax_gets"
check("what_softmax_gets", what_softmax_gets)

# %% [markdown]
r"""
{exercise: tree_of_words}
"""

# %% exercise="tree_of_words"
tree_of_words = None  # letters in quotation marks
### BEGIN SOLUTION
tree_of_words = "ac"
### END SOLUTION

# %% check="tree_of_words"
check("tree_of_words", tree_of_words)

# %% [markdown]
r"""
{exercise: three_quarters}
"""

# %% exercise="three_quarters"
three_quarters = None  # a letter in quotation marks
### BEGIN SOLUTION
three_quarters = "c"
### END SOLUTION

# %% check="three_quarters"
check("three_quarters", three_quarters)

# %% [markdown]
r"""
{exercise: never_together}
"""

# %% exercise="never_together"
never_together = None  # a letter in quotation marks
### BEGIN SOLUTION
never_together = "a"
### END SOLUTION

# %% check="never_together"
check("never_together", never_together)

# %% [markdown]
r"""
{exercise: neutral_or_equal}
"""

# %% exercise="neutral_or_equal"
neutral_or_equal = None  # letters in quotation marks
### BEGIN SOLUTION
neutral_or_equal = "ab"
### END SOLUTION

# %% check="neutral_or_equal"
check("neutral_or_equal", neutral_or_equal)

# %% [markdown]
r"""
{exercise: average_of_words}
"""

# %% exercise="average_of_words"
average_of_words = None  # a letter in quotation marks
### BEGIN SOLUTION
average_of_words = "b"
### END SOLUTION

# %% check="average_of_words"
check("average_of_words", average_of_words)

# %% [markdown]
r"""
## Where you stand

The next cell shows what you have passed on this computer, and what is open.
"""

# %% demo=true
from autograder.progress import progress

progress()
