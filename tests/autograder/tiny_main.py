"""The commands in a process of their own, with the tiny assignment in the registry; its workers get it as well.

python tiny_main.py grade 01-tiny
python tiny_main.py nbgrader autograde 01-tiny
dask worker ADDRESS --preload tiny_main.py
"""

import sys
import types
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import tiny

import autograder.exercises


def register() -> None:
    module = types.ModuleType("autograder.exercises.tiny")
    module.EXERCISES = tiny.EXERCISES
    sys.modules["autograder.exercises.tiny"] = module
    sys.modules["seqlib.tiny"] = types.ModuleType("seqlib.tiny")
    autograder.exercises.ASSIGNMENTS[tiny.NAME] = "tiny"


register()

if __name__ == "__main__":
    if sys.argv[1:2] == ["nbgrader"]:
        from nbgrader.apps.nbgraderapp import NbGraderApp

        NbGraderApp.launch_instance(sys.argv[2:])
    else:
        from autograder import cli

        sys.exit(cli.main())
