"""What the paths of the registry name."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from chassis.identifiers import Form
from chassis.problems import Text

OrganisationId = Annotated[
    UUID, Path(description="Id of the partner", examples=["0198c0de-0000-7000-8000-00000000beef"])
]
AttachmentId = Annotated[
    UUID,
    Path(description="Id of the attachment", examples=["0198c0de-0000-7000-8000-00000000beef"]),
]
ClientInPath = Annotated[
    str,
    Form("[a-z0-9-]{1,60}", Text("attendu : nom d'un système", "expected: name of a system")),
    Path(description="Name of the system", examples=["sandbox-k3v9x0qa1b2c3d4e"]),
]
