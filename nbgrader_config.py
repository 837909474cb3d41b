"""The repository is an nbgrader course: `nbgrader …` and the formgrader work in this folder.

nbgrader keeps the gradebook, the feedback and the export; running and judging is the autograder's.
"""

from autograder import engine

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = ""
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
# generate_assignment copies what lies beside a notebook: the sources with the solutions must stay behind.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.py"]

# The secret that graded inputs are drawn from: back it up, and keep it from students.
c.Judge.secret_file = ".autograder/secret"

engine.configure(c)
