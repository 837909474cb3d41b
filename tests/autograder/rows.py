"""What a gradebook says, row by row, without ids and times: for saying that two are equal."""

from nbgrader.api import Gradebook


def rows(db_url):
    """Every submission, grade and comment of a gradebook, as sorted tuples."""
    found = []
    with Gradebook(db_url) as gradebook:
        for assignment in gradebook.assignments:
            found.append(("assignment", assignment.name, assignment.max_score, str(assignment.duedate)))
            for notebook in assignment.notebooks:
                cells = {cell.name: cell for cell in (*notebook.grade_cells, *notebook.source_cells)}
                found += [("cell", assignment.name, notebook.name, name) for name in cells]
            for submission in assignment.submissions:
                found += submission_rows(assignment.name, submission)
        found += [("student", student.id) for student in gradebook.students]
    return sorted(found, key=repr)


def submission_rows(assignment, submission):
    """One submission's own row, and those of its cells."""
    student = submission.student.id
    late = float(submission.late_submission_penalty or 0)
    yield (
        "submission",
        assignment,
        student,
        submission.score,
        submission.max_score,
        late,
        submission.timestamp,
    )
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            points = (grade.auto_score, grade.manual_score, grade.extra_credit, grade.max_score, grade.score)
            yield ("grade", assignment, student, grade.name, *points, bool(grade.needs_manual_grade))
        for comment in notebook.comments:
            yield ("comment", assignment, student, comment.name, comment.auto_comment, comment.manual_comment)
