"""The sandbox: a clock that can be moved and a gateway that can be told what to do with the next payments."""
