"""Settings of gunicorn: `gunicorn -c python:config.gunicorn config.wsgi`. Command-line flags override
them."""

from __future__ import annotations

import logging

from gunicorn.arbiter import Arbiter

from config.settings import PORT, TRUST_FORWARDED_HEADERS, WEB_CONCURRENCY
from users.javascript.pool import find_unprotected

logger = logging.getLogger("gunicorn.error")

bind = f"127.0.0.1:{PORT}"
worker_class = "config.server.worker.BufferedWorker"
workers = WEB_CONCURRENCY
threads = 4
# Longer than the usual keep-alive of proxies (nginx: 60 s), so that the server never closes a connection
# on which the proxy is about to send.
keepalive = 75 if TRUST_FORWARDED_HEADERS else 5
# Which peers may set X-Forwarded-Proto: the proxy, or none.
forwarded_allow_ips = "*" if TRUST_FORWARDED_HEADERS else ""
# Proxies pass on client headers with underscores, so none of them is trusted.
forwarder_headers = ""
# Gunicorn's own limit cannot exceed 8 kB; config.server.request enforces a larger one.
limit_request_line = 0
loglevel = "warning"
# No control interface: it would be one more surface to protect.
control_socket_disable = True


def when_ready(_server: Arbiter) -> None:
    """At the start of the server: log what it does not permit to the processes in which rules run."""
    for missing in find_unprotected():
        logger.warning("Processes that run rules go without %s: this system does not permit it.", missing)
