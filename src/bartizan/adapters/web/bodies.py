"""The bodies of requests: what all of them keep to, and the pieces they are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=200)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Note = Annotated[str | None, Field(max_length=4000)]
Version = Annotated[int | None, Field(ge=0)]  # of the thing as the page had it


class Body(BaseModel):
    """A body in JSON. A key that it has no place for is refused."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Body):
    """No more than the thing itself."""
