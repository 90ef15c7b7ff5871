"""Asking ahead: the requests of a check are known before it runs, so a worker gets many of them in one exchange.

A check asks the student's code through `student`, one call after the other. Each live call costs a switch to the worker
and back. Most checks ask the same requests whatever the answers are, so:

1. Each check runs once on its reference, in the grader. Its requests, encoded, are its `Script`. A check that fails
   there is broken, and costs nobody points.
2. The requests of several checks form a `RequestBatch`. Those of one submission are sent together (`RemoteModule` and
   `SubmissionWorker` in checks/remote.py), visible checks first: what a student reads in full comes from a process that
   has not seen a hidden input yet.
3. The raw replies of a check are its key into the `OutcomeCache`. If another student gave the same replies, the outcome
   is known and the check does not run.
4. Otherwise the check runs on the replies (`ScriptedTransport`). Each request that it makes is compared with the
   script's, by `Snapshot`s of the values at the time of recording.
5. The check runs live, call by call, if it asks something else (`Deviation`), if the worker died, or if the exchange took
   too long. So a loop costs its own check, and the answers before it still count.

script    records the requests of a check; plays replies back to it
snapshot  values as they were when they were sent
batch     the requests of some checks, and the replies to them
cache     outcomes by check and replies
attempt   runs some checks of one exercise: prefetched if possible, live if not
"""
