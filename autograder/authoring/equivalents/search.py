"""Try all candidates in a worker, and ask the bans about those that give the answers."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ...checks.remote import RemoteModule, SubmissionWorker
from ...checks.rules import find_banned
from ...course.limits import Limits
from ...course.model import Exercise, Topic
from ...grading.grader import Grader
from ...sandbox.channel import WorkerDied
from ...sandbox.fork_server import ForkServer
from ...sandbox.worker.protocol import CallFunction
from ...source import Source
from .calls import Call, record_calls
from .candidates import list_candidates

CALLER = Path(__file__).with_name("caller.py")
NEEDED = 3  # calls that a candidate must answer like the reference
BATCH = 40  # candidates in one request
BATCH_SECONDS = 10.0
ALONE_SECONDS = 3.0  # for a candidate that is tried alone, after its batch failed

Form = tuple[list[int], str, list[int]]  # see caller.py
Match = tuple[str, int, str, Form, str]


class Equivalent(msgspec.Struct, frozen=True, kw_only=True):
    """A function of torch that gives the reference's answer, or one item of it."""

    name: str  # torch.add
    spelling: str  # torch.add(x, x)
    part: str  # of the answer that it gives: "item 0" of a tuple; "" for all of it
    calls: int  # that it answers like the reference
    banned_by: str | None  # the name in `banned`, or the operator in `banned_operators`


class EquivalentsReport(msgspec.Struct, frozen=True, kw_only=True):
    """The candidates that answer one exercise."""

    exercise: str
    calls: int  # that were tried
    candidates: int
    equivalents: list[Equivalent]
    skipped: list[str]  # candidates that hang or end their worker

    @property
    def not_banned(self) -> list[Equivalent]:
        return [found for found in self.equivalents if found.banned_by is None]


def find_equivalents(
    grader: Grader, topic: Topic, exercise: Exercise, candidates: Sequence[str] | None = None
) -> EquivalentsReport:
    """Return the candidates that give the reference's answers in the checks of an exercise.

    candidates: dotted names; None for all of torch.
    """
    if candidates is None:
        candidates = list_candidates()
    reference = grader.prepared.references[topic.name]
    calls = record_calls(reference, topic, exercise, grader.prepared.checks[exercise.name])
    trial = Trial(grader.server, grader.prepared.limits, calls)
    try:
        matches = trial.run(candidates)
        equivalents = _equivalents(matches, trial, exercise)
    finally:
        trial.close()
    return EquivalentsReport(
        exercise=exercise.name,
        calls=len(calls),
        candidates=len(candidates),
        equivalents=equivalents,
        skipped=trial.skipped,
    )


class Trial:
    """Candidates tried on calls, in a worker. A worker that dies is replaced."""

    def __init__(self, server: ForkServer, limits: Limits, calls: Sequence[Call]) -> None:
        self.server = server
        self.limits = limits
        self.calls = [msgspec.structs.asdict(call) for call in calls]
        self.needed = min(NEEDED, len(calls))
        self.skipped: list[str] = []
        self._module: RemoteModule | None = None

    def run(self, candidates: Sequence[str]) -> list[Match]:
        """Return the matches of all candidates."""
        matches: list[Match] = []
        if not self.calls:
            return matches
        for start in range(0, len(candidates), BATCH):
            batch = candidates[start : start + BATCH]
            found = self._matches(batch, BATCH_SECONDS)
            if found is None:
                found = self._one_by_one(batch)
            matches += found
        return matches

    def operators(self, match: Match, operators: Sequence[str]) -> list[str]:
        """Return those of the operators that run in a match's call."""
        name, number, _, form, _ = match
        request = CallFunction(name="call_once", args=[name, form, self.calls[number]], watch=list(operators))
        try:
            return [operator for operator, _ in self._loaded().request(request, ALONE_SECONDS).operators]
        except WorkerDied:
            self.close()
            return []

    def close(self) -> None:
        """End the worker."""
        if self._module is not None:
            self._module.worker.close()
            self._module = None

    def _one_by_one(self, names: Sequence[str]) -> list[Match]:
        """Return the matches of candidates, each tried alone. Those that fail are skipped."""
        matches: list[Match] = []
        for name in names:
            found = self._matches([name], ALONE_SECONDS)
            if found is None:
                self.skipped.append(name)
            else:
                matches += found
        return matches

    def _matches(self, names: Sequence[str], seconds: float) -> list[Match] | None:
        """Return the matches of candidates; None if one of them hangs or ends the worker."""
        request = CallFunction(name="find_matches", args=[list(names), self.calls, self.needed])
        try:
            reply = self._loaded().request(request, seconds)
        except WorkerDied:
            self.close()
            return None
        try:
            return msgspec.convert(reply.value, list[Match])
        except msgspec.ValidationError:
            self.close()
            return None

    def _loaded(self) -> RemoteModule:
        """Return the caller, loaded in a live worker. Raises WorkerDied."""
        if self._module is None:
            code = CALLER.read_text(encoding="utf-8")
            source = Source(filename=CALLER.name, chunks=((CALLER.name, code),))
            self._module = SubmissionWorker(self.server, self.limits).load(source, "")
        self._module.ensure_loaded()
        return self._module


def _equivalents(matches: Sequence[Match], trial: Trial, exercise: Exercise) -> list[Equivalent]:
    """Return the candidates that match often enough, with the ban that forbids each."""
    of_part: dict[tuple[str, str], list[Match]] = {}  # candidate and part of the answer -> matches
    for match in matches:
        of_part.setdefault((match[0], match[2]), []).append(match)
    equivalents = []
    for (name, part), found in of_part.items():
        if len(found) < trial.needed:
            continue
        equivalents.append(
            Equivalent(
                name=name,
                spelling=_usual_spelling(found, trial.calls),
                part=part,
                calls=len(found),
                banned_by=_ban(found[0], trial, exercise),
            )
        )
    return equivalents


def _usual_spelling(matches: Sequence[Match], calls: Sequence[dict[str, Any]]) -> str:
    """Return the way in which most of the calls are written."""
    spellings = Counter(_spelling(match, calls[match[1]]) for match in matches)
    return spellings.most_common(1)[0][0]


def _spelling(match: Match, call: dict[str, Any]) -> str:
    """Return a match's call as it is written; its tensors are a, b, c in the order of the reference's parameters."""
    name, _, _, (order, style, chosen), item = match
    tensors = ["abcdefghij"[position] if position < 10 else "…" for position in order]
    options = []
    for position in chosen:
        if style == "width":
            options.append(f"a.shape[{position}]")
        elif style == "named":
            options.append(f"{call['names'][position]}={call['names'][position]}")
        else:
            options.append(call["names"][position])
    if name.startswith("torch.nn.") and name.count(".") == 2:
        return f"{name}({', '.join(options)})({', '.join(tensors)}){item}"
    if name.startswith("Tensor."):
        return f"{tensors[0]}.{name.removeprefix('Tensor.')}({', '.join([*tensors[1:], *options])}){item}"
    return f"{name}({', '.join([*tensors, *options])}){item}"


def _ban(match: Match, trial: Trial, exercise: Exercise) -> str | None:
    """Return the banned name or operator that a solution with this call would use."""
    called = match[0]
    if called.startswith("Tensor."):
        called = f"x.{called.removeprefix('Tensor.')}"
    code = f"import torch\n\n\ndef {exercise.name}(x):\n    return {called}(x)\n"
    source = Source(filename="solution.py", chunks=(("solution.py", code),))
    broken = find_banned(source, exercise.name, exercise.banned)
    if broken is not None:
        return broken.banned
    if not exercise.banned_operators:
        return None
    seen = trial.operators(match, list(exercise.banned_operators))
    return seen[0] if seen else None
