"""What answers ``POST /v1/<operation>``: read the input, run it, write the output."""

from __future__ import annotations

from mercer.core.capability import Response
from mercer.core.errors import MercerError
from mercer.core.operation import Operation
from mercer.core.record import Record
from mercer.interfaces.calling import Caller
from mercer.interfaces.rest.call import JSON, Heard, Reply
from mercer.interfaces.rest.jobs import Jobs
from mercer.interfaces.rest.measures import Measures
from mercer.interfaces.rest.strict import read_json

OUTCOMES = ("added", "changed", "unchanged")
"""Fields of an output that say what became of the rows that were sent."""


class Answering:
    """Answers one operation at once."""

    def __init__(self, operation: Operation, caller: Caller, measures: Measures) -> None:
        self.label = operation.name
        self._operation = operation
        self._caller = caller
        self._measures = measures
        self._counted = [name for name in OUTCOMES if name in operation.output.model_fields]
        self._speaks = "language" in operation.input.model_fields

    async def __call__(self, heard: Heard, body: bytes) -> Reply:
        record = self.read(heard, body)
        output = await self._caller.call(self._operation, record, "rest")
        if isinstance(output, Response):
            self._measures.decision(self.label, output.model)
            return Reply(200, output.json_text.encode())
        if self._counted:
            self._measures.rows(self.label, {name: getattr(output, name) for name in self._counted})
        return Reply(200, output.model_dump_json().encode())

    def read(self, heard: Heard, body: bytes) -> Record:
        """The input; an operation that speaks does so in the asker's language where the body names none."""
        try:
            record = read_json(self._operation.input, body, self.label)
        except MercerError as error:
            self._measures.refused(self.label, error)
            raise
        if self._speaks and heard.language is not None and getattr(record, "language", "") is None:
            return record.model_copy(update={"language": heard.language})
        return record


class Starting(Answering):
    """Starts a slow operation and answers 202 with the job that does it."""

    def __init__(self, operation: Operation, caller: Caller, measures: Measures, jobs: Jobs) -> None:
        super().__init__(operation, caller, measures)
        self._jobs = jobs

    async def __call__(self, heard: Heard, body: bytes) -> Reply:
        record = self.read(heard, body)
        state = await self._jobs.start(self._operation, record, heard.language or "en")
        location = (b"location", f"/v1/jobs/{state.job_id}".encode())
        return Reply(202, state.model_dump_json().encode(), (JSON, location))
