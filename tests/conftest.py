"""What every test can rely on: the same terminal, time zone and looks wherever it runs."""

import os

for _name in list(os.environ):
    if (_name.startswith("TEXTUAL_") and _name != "TEXTUAL_SNAPSHOT_TEMPDIR") or _name in {
        "NO_COLOR",
        "FORCE_COLOR",
        "COLORTERM",
        "ESCDELAY",
    }:
        del os.environ[_name]
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TZ"] = "UTC"
