"""How gunicorn serves: `gunicorn -c python:config.gunicorn config.wsgi`. Its flags override."""

from __future__ import annotations

from config.settings import PORT, TRUST_FORWARDED_HEADERS, WEB_CONCURRENCY

bind = f"127.0.0.1:{PORT}"
worker_class = "config.server.worker.BufferedWorker"
workers = WEB_CONCURRENCY
threads = 4
# A little over what proxies keep, so that it is never us who closes while one is sending.
keepalive = 75 if TRUST_FORWARDED_HEADERS else 5
# Whose word on scheme and address is taken: the proxy's, or nobody's.
forwarded_allow_ips = "*" if TRUST_FORWARDED_HEADERS else ""
# Proxies pass on headers with an underscore that a client made up: none is an instruction to us.
forwarder_headers = ""
# Gunicorn's own limit ends at 8 kB. config.server.request has ours.
limit_request_line = 0
loglevel = "warning"
# Nothing here is steered from outside the process.
control_socket_disable = True
