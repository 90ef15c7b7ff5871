"""What a student handed in: read as text, never run here.

gather       which files a folder, a zip, a .py or a .ipynb holds, within limits
notebook     the code cells of a notebook
released     what the course itself gave out with a notebook, put in the place of what was edited, copied or lost
remarks      what a student should know about the shape of such a notebook
choice       which of the files a topic's work stands in
read         files to topics: one `Source`, or the reason why there is none, for each; answers to quizzes
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
