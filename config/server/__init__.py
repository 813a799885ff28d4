"""The HTTP server: a gunicorn worker that receives requests without occupying a thread."""
