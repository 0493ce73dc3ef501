"""`GET /v1/overview`."""

from contract.operations import OVERVIEW
from server.overview.overview import show_overview

HANDLERS = {OVERVIEW: show_overview}
