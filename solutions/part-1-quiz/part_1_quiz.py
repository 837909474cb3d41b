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
# Quiz · Part 1

Ten questions on the ideas of part 1, ten points each; you pass with 80.

| | |
|---|---|
| **You need** | `01-sequences` to `07-deep-bidirectional` |
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
{exercise: shape_of_task}
"""

# %% exercise="shape_of_task"
shape_of_task = None  # a letter in quotation marks
### BEGIN SOLUTION
shape_of_task = "b"
### END SOLUTION

# %% check="shape_of_task"
check("shape_of_task", shape_of_task)

# %% [markdown]
r"""
{exercise: perplexity_of_uniform}
"""

# %% exercise="perplexity_of_uniform"
perplexity_of_uniform = None  # a letter in quotation marks
### BEGIN SOLUTION
perplexity_of_uniform = "a"
### END SOLUTION

# %% check="perplexity_of_uniform"
check("perplexity_of_uniform", perplexity_of_uniform)

# %% [markdown]
r"""
{exercise: what_vanishes}
"""

# %% exercise="what_vanishes"
what_vanishes = None  # a letter in quotation marks
### BEGIN SOLUTION
what_vanishes = "c"
### END SOLUTION

# %% check="what_vanishes"
check("what_vanishes", what_vanishes)

# %% [markdown]
r"""
{exercise: clipping_cures}
"""

# %% exercise="clipping_cures"
clipping_cures = None  # letters in quotation marks
### BEGIN SOLUTION
clipping_cures = "bd"
### END SOLUTION

# %% check="clipping_cures"
check("clipping_cures", clipping_cures)

# %% [markdown]
r"""
{exercise: truncated}
"""

# %% exercise="truncated"
truncated = None  # letters in quotation marks
### BEGIN SOLUTION
truncated = "ac"
### END SOLUTION

# %% check="truncated"
check("truncated", truncated)

# %% [markdown]
r"""
{exercise: gate_of_zero}
"""

# %% exercise="gate_of_zero"
gate_of_zero = None  # a letter in quotation marks
### BEGIN SOLUTION
gate_of_zero = "b"
### END SOLUTION

# %% check="gate_of_zero"
check("gate_of_zero", gate_of_zero)

# %% [markdown]
r"""
{exercise: reset_gate}
"""

# %% exercise="reset_gate"
reset_gate = None  # a letter in quotation marks
### BEGIN SOLUTION
reset_gate = "c"
### END SOLUTION

# %% check="reset_gate"
check("reset_gate", reset_gate)

# %% [markdown]
r"""
{exercise: forget_gate}
"""

# %% exercise="forget_gate"
forget_gate = None  # a letter in quotation marks
### BEGIN SOLUTION
forget_gate = "b"
### END SOLUTION

# %% check="forget_gate"
check("forget_gate", forget_gate)

# %% [markdown]
r"""
{exercise: next_input}
"""

# %% exercise="next_input"
next_input = None  # a letter in quotation marks
### BEGIN SOLUTION
next_input = "b"
### END SOLUTION

# %% check="next_input"
check("next_input", next_input)

# %% [markdown]
r"""
{exercise: real_time}
"""

# %% exercise="real_time"
real_time = None  # a letter in quotation marks
### BEGIN SOLUTION
real_time = "c"
### END SOLUTION

# %% check="real_time"
check("real_time", real_time)

# %% [markdown]
r"""
## Where you stand

The next cell shows what you have passed on this computer, and what is open.
"""

# %% demo=true
from autograder.progress import progress

progress()
