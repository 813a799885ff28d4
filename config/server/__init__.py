"""The HTTP server: a gunicorn worker that receives requests without holding a thread."""
