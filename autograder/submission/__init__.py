"""What a student handed in: read as text, never run here.

gather       the files of a folder, a zip, a .py or a .ipynb, within limits
ipynb        the code cells of a notebook
released     restores the cells that came with a notebook, where a student changed or lost them
remarks      what a student should know about the shape of such a notebook
choice       which of the files holds a topic's work
read         the submission: one `Source` for each topic, and the answers to quizzes
"""

from .choice import work_file
from .gather import gather as open_files
from .read import Submission, examined, find_submissions, open_submission, read_submission, submission_id

__all__ = [
    "Submission",
    "examined",
    "find_submissions",
    "open_files",
    "open_submission",
    "read_submission",
    "submission_id",
    "work_file",
]
