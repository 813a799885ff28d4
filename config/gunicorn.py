"""How gunicorn serves: `gunicorn -c python:config.gunicorn config.wsgi`. Its flags override."""

from __future__ import annotations

from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from config.settings import PORT, TRUST_FORWARDED_HEADERS, WEB_CONCURRENCY

bind = f"127.0.0.1:{PORT}"
worker_class = "gthread"
workers = WEB_CONCURRENCY
threads = 4
# A little over what proxies keep, so that it is never us who closes while one is sending.
keepalive = 75 if TRUST_FORWARDED_HEADERS else 5
# Whose word on scheme and address is taken: the proxy's, or nobody's.
forwarded_allow_ips = "*" if TRUST_FORWARDED_HEADERS else ""
# Long queries are for us to answer, not for the server with a page of its own.
limit_request_line = 8190
loglevel = "warning"
# Nothing here is steered from outside the process.
control_socket_disable = True


def post_fork(server: Arbiter, worker: ThreadWorker) -> None:
    """Ctrl-C lets requests under way finish, as SIGTERM does. Gunicorn's own answer to it waits for
    a lock that the code it interrupts may hold, and then for ever: it took 30 seconds to stop."""
    worker.handle_quit = worker.handle_exit
