"""Makes `.venv` and installs one lock file into it, every file checked by hash. Standard library only.

    python3 tools/install.py requirements.txt

uv does the work in seconds; where it cannot be had or fails, pip does the same in a minute.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
PIP = [str(PYTHON), "-m", "pip"]
QUIET = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
AS_UV_SAYS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}


def main() -> None:
    """Installs the lock file named on the command line, and the `psa` command beside it."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.version_info < (3, 11):  # noqa: UP036 - the one file that an older Python may start
        found = sys.version.split()[0]
        sys.exit(f"Python 3.11 or newer is needed, this is {found}: make PYTHON=/path/to/python3.11")
    make_venv()
    lock = str(ROOT / sys.argv[1])
    print(f"installing {sys.argv[1]} into .venv", flush=True)
    if not (install_uv() and with_uv(lock)) and not run([*PIP, "install", *QUIET, "-r", lock]):
        sys.exit(
            "The packages could not be installed: the lines above say why. Is a package index within reach?"
        )
    with_uv(str(ROOT / "requirements-fast.txt"), quiet=True)  # where it has no file, all works as well
    link_project()


def make_venv() -> None:
    """Makes `.venv`, anew when the one there no longer starts (its Python was removed or is too old)."""
    test = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if PYTHON.exists() and run([str(PYTHON), "-c", test], quiet=True):
        return
    if not run([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        sys.exit("Python could not make .venv; on Debian and Ubuntu: apt install python3-venv")


def install_uv() -> bool:
    """Puts the pinned uv into `.venv`; False when it cannot be had."""
    return run([*PIP, "install", *QUIET, "-r", str(ROOT / "requirements-uv.txt")], quiet=True)


def with_uv(lock: str, *, quiet: bool = False) -> bool:
    """Installs the lock file by uv; False when it fails."""
    uv = [str(VENV / "bin/uv"), "pip", "install", "--quiet", "--system-certs", "--require-hashes"]
    return run([*uv, "--python", str(PYTHON), "-r", lock], quiet=quiet, environ=uv_environ())


def uv_environ() -> dict[str, str]:
    """pip's own index settings under uv's names: uv reads neither pip.conf nor PIP_INDEX_URL.

    A package may lie in any of the indexes; the hashes decide which file is the right one.
    """
    environ = os.environ | {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for option, value in pip_options().items():
        name = AS_UV_SAYS.get(option)
        if name and name not in os.environ:
            separator = "," if name == "UV_FIND_LINKS" else " "
            environ[name] = separator.join(value.split())
    return environ


def pip_options() -> dict[str, str]:
    """What pip would use, from its files and PIP_ variables: `{"index-url": "…", …}`."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False).stdout
    options: dict[str, str] = {}
    for wanted in ("global.", "install.", ":env:."):
        for line in listed.splitlines():
            name, equals, value = line.partition("=")
            if equals and name.startswith(wanted):
                options[name.removeprefix(wanted)] = str(ast.literal_eval(value))
    return options


def link_project() -> None:
    """Makes `import psa_app` and `.venv/bin/psa` work without building a package."""
    packages = next(VENV.glob("lib/python3*/site-packages"))
    (packages / "psa_app.pth").write_text(f"{ROOT}\n")
    script = VENV / "bin/psa"
    script.write_text(f"#!{PYTHON}\nimport sys\nfrom psa_app.cli import main\nsys.exit(main())\n")
    script.chmod(0o755)


def run(command: list[str], *, quiet: bool = False, environ: dict[str, str] | None = None) -> bool:
    """True when the command ends well; `quiet` hides what it prints."""
    out = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, stdout=out, stderr=out, env=environ, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    main()
