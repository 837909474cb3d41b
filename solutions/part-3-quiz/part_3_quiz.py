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
# Quiz · Part 3

Ten questions on the ideas of part 3, ten points each; you pass with 80.

| | |
|---|---|
| **You need** | `13-seq2seq` to `15-attention` |
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
{exercise: what_is_fed}
"""

# %% exercise="what_is_fed"
what_is_fed = None  # a letter in quotation marks
### BEGIN SOLUTION
what_is_fed = "b"
### END SOLUTION

# %% check="what_is_fed"
check("what_is_fed", what_is_fed)

# %% [markdown]
r"""
{exercise: one_vector}
"""

# %% exercise="one_vector"
one_vector = None  # a letter in quotation marks
### BEGIN SOLUTION
one_vector = "c"
### END SOLUTION

# %% check="one_vector"
check("one_vector", one_vector)

# %% [markdown]
r"""
{exercise: greedy_or_beam}
"""

# %% exercise="greedy_or_beam"
greedy_or_beam = None  # a letter in quotation marks
### BEGIN SOLUTION
greedy_or_beam = "d"
### END SOLUTION

# %% check="greedy_or_beam"
check("greedy_or_beam", greedy_or_beam)

# %% [markdown]
r"""
{exercise: short_or_long}
"""

# %% exercise="short_or_long"
short_or_long = None  # a letter in quotation marks
### BEGIN SOLUTION
short_or_long = "a"
### END SOLUTION

# %% check="short_or_long"
check("short_or_long", short_or_long)

# %% [markdown]
r"""
{exercise: whose_fault}
"""

# %% exercise="whose_fault"
whose_fault = None  # letters in quotation marks
### BEGIN SOLUTION
whose_fault = "a"
### END SOLUTION

# %% check="whose_fault"
check("whose_fault", whose_fault)

# %% [markdown]
r"""
{exercise: wider_and_worse}
"""

# %% exercise="wider_and_worse"
wider_and_worse = None  # a letter in quotation marks
### BEGIN SOLUTION
wider_and_worse = "b"
### END SOLUTION

# %% check="wider_and_worse"
check("wider_and_worse", wider_and_worse)

# %% [markdown]
r"""
{exercise: the_the_the}
"""

# %% exercise="the_the_the"
the_the_the = None  # a letter in quotation marks
### BEGIN SOLUTION
the_the_the = "c"
### END SOLUTION

# %% check="the_the_the"
check("the_the_the", the_the_the)

# %% [markdown]
r"""
{exercise: where_weights_add_up}
"""

# %% exercise="where_weights_add_up"
where_weights_add_up = None  # letters in quotation marks
### BEGIN SOLUTION
where_weights_add_up = "ac"
### END SOLUTION

# %% check="where_weights_add_up"
check("where_weights_add_up", where_weights_add_up)

# %% [markdown]
r"""
{exercise: why_the_root}
"""

# %% exercise="why_the_root"
why_the_root = None  # a letter in quotation marks
### BEGIN SOLUTION
why_the_root = "d"
### END SOLUTION

# %% check="why_the_root"
check("why_the_root", why_the_root)

# %% [markdown]
r"""
{exercise: mask_and_softmax}
"""

# %% exercise="mask_and_softmax"
mask_and_softmax = None  # letters in quotation marks
### BEGIN SOLUTION
mask_and_softmax = "abd"
### END SOLUTION

# %% check="mask_and_softmax"
check("mask_and_softmax", mask_and_softmax)

# %% [markdown]
r"""
## Where you stand

The next cell shows what you have passed on this computer, and what is open.
"""

# %% demo=true
from autograder.progress import progress

progress()
