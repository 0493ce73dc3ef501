"""How the server sends e-mail; without these it sends none."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Security(StrEnum):
    """How the connection to the mail server is encrypted. `none` is for a mail server on this machine."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


USUAL_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


class MailSettings(BaseModel):
    """Where mail is handed in, as whom, and where the links in it lead: `public_url` has no slash at its end.

    `ca_file` holds the authorities to trust instead of the system's. `patience` is how many seconds one letter may
    take, `step` how many the mail server may take for one answer.
    """

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str
    public_url: str
    ca_file: Path | None = None
    step: Annotated[float, Field(gt=0)] = 20.0
    patience: Annotated[float, Field(gt=0)] = 60.0
