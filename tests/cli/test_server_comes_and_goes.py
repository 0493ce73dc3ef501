"""The app on a profile, while its server is killed and comes back."""

from pathlib import Path

import tomli_w
from ptyterm import PtyProgram
from served_process import served_process

HEADCOUNT = ["-c", "from cli.main import run; run()"]


def test_the_app_outlives_its_server_and_recovers_by_itself(tmp_path: Path) -> None:
    """Killed: the data stays with its time and the state says reconnecting. Back: live again, without a key."""
    with served_process(tmp_path) as server:
        config = tmp_path / ".config/headcount/config.toml"
        config.parent.mkdir(parents=True)
        profile = {"url": f"unix://{server.socket}", "token_file": str(server.token_file)}
        config.write_text(tomli_w.dumps({"profiles": {"acme": profile}}))
        config.chmod(0o600)
        environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": None, "XDG_STATE_HOME": None}
        with PtyProgram(HEADCOUNT, env=environment) as program:
            program.wait_for_text("● live", 30)
            server.kill()
            program.wait_for_text("reconnecting")
            program.wait_for_text("as of")
            assert "37 of 37 taken" in program.text()
            program.send("2")
            program.wait_for_text("Users")
            server.start()
            program.wait_for_text("● live", 45)
            program.wait_for_text("Amélie Rousseau")
            assert "Traceback" not in program.text()
            program.send("q")
            assert program.wait() == 0
