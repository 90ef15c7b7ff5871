"""What a student handed in: read as text, never run here.

gather       which files a folder, a zip, a .py or a .ipynb holds, within limits
notebook     the code cells of a notebook
read         files to topics: one `Source`, or the reason why there is none, for each; answers to quizzes
"""

from .read import Submission, find_submissions, open_submission, submission_id

__all__ = ["Submission", "find_submissions", "open_submission", "submission_id"]
