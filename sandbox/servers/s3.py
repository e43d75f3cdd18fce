"""S3 server for one machine: rclone's, over HTTP, with signed requests, each bucket a folder."""

import os
import shutil
import sys
from pathlib import Path
from typing import ClassVar

import requests
import s3fs

from sandbox.servers.loopback import LoopbackServer, ServerNotStarted
from sandbox.servers.ports import LOOPBACK
from sandbox.servers.process import ServerProcess, bare_environment

KEY, SECRET = "sandbox-key", "sandbox-secret-7b1f"


class S3Server(LoopbackServer):
    """Accepts requests signed with `KEY` and `SECRET`, and stores objects in `folder`."""

    title: ClassVar[str] = "S3"

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__(folder, port)
        self._program = Path()

    @property
    def url(self) -> str:
        """Return its endpoint."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment variables for a client."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    @property
    def _buckets(self) -> Path:
        return self.folder / "buckets"

    def create_bucket(self, name: str) -> None:
        """Create an empty bucket: by a request, as the server does not see folders created directly."""
        login = {"key": KEY, "secret": SECRET, "endpoint_url": self.url}
        s3fs.S3FileSystem(**login, skip_instance_cache=True).mkdir(name)

    def _prepare(self) -> None:
        # The package contains only the program, in the folder of the interpreter that it was installed for.
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        found = shutil.which("rclone", path=path)
        if found is None:
            raise ServerNotStarted("No rclone that could serve S3: install requirements-dev.txt.")
        self._program = Path(found)
        self._buckets.mkdir(exist_ok=True)

    def _spawn(self) -> ServerProcess:
        options = {
            "--addr": f"{LOOPBACK}:{self.port}",
            # Ignores any user's configuration.
            "--config": "",
        }
        words = [word for pair in options.items() for word in pair]
        # Not among the arguments, which any user of the machine can read. Quoted, as it is parsed as a list.
        environment = bare_environment() | {"RCLONE_AUTH_KEY": f'"{KEY},{SECRET}"'}
        command: list[str | Path] = [self._program, "serve", "s3", *words, self._buckets]
        return ServerProcess(command, self.folder, self.log, self.quit_signal, environment=environment)

    def _answers(self) -> bool:
        try:
            # It listens, and refuses unsigned requests.
            return b"UnsupportedAlgorithm" in requests.get(self.url, timeout=2).content
        except requests.RequestException:
            return False
