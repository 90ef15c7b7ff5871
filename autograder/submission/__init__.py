"""What a student handed in: read as text, never run here.

gather       which files a folder, a zip, a .py or a .ipynb holds, within limits
notebook     the code cells of a notebook
released     what the course itself gave out with a notebook, put in the place of what was edited, copied or lost
remarks      what a student should know about the shape of such a notebook
read         files to topics: one `Source`, or the reason why there is none, for each
"""

from .gather import gather as open_files
from .read import Submission, find_submissions, open_submission, work_file

__all__ = ["Submission", "find_submissions", "open_files", "open_submission", "work_file"]
