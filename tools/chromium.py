"""Sees to it that there is a Chromium for the browser tests; never fails itself."""

import os
import shutil
import subprocess
import sys

NAMES = (  # without a window first: it has less to do
    *("chromium-headless-shell", "chrome-headless-shell"),
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)
SENTENCE = (
    "No Chromium found. Install one: `apt-get install chromium` as root, "
    "or `.venv/bin/playwright install chromium`."
)


def main() -> None:
    """Finds Chromium, or installs it: by apt-get as root, else by Playwright."""
    if executable() or by_apt() or by_playwright():
        return
    print(f"{SENTENCE} The browser tests will fail without it.", flush=True)


def executable() -> str:
    """Path of a Chromium, on PATH or Playwright's own; "" when there is none."""
    on_path = next(filter(None, map(shutil.which, NAMES)), "")
    return on_path or playwright_executable()


def playwright_executable() -> str:
    """Path of the Chromium that Playwright installed, or ""."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(path, os.X_OK) else ""


def by_apt() -> bool:
    """Installs Debian's package; False when not root, no apt-get, or it failed."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("installing chromium by apt-get", flush=True)
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "--yes", "--no-install-recommends"]
    for arguments in (["update"], [*install, "chromium-headless-shell"], [*install, "chromium"]):
        subprocess.run(["apt-get", "-qq", *arguments], env=environ, check=False, stdout=subprocess.DEVNULL)
        if executable():
            return True
    return False


def by_playwright() -> bool:
    """Downloads Playwright's Chromium; False when that failed."""
    print("installing chromium by playwright", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return bool(executable())


if __name__ == "__main__":
    main()
