"""Register the sample application of the demo, which is served at `/demo/`."""

from __future__ import annotations

from django.conf import settings

from users.actions.access.clients import edit_client, make_client
from users.models import Client
from users.rights.actor import command_actor

# Not random, so that the page knows it. A public client has no secret.
CLIENT_ID = "demo-sample-application"
ACTOR = command_actor("run_demo")


def register_sample_application() -> None:
    """Create its client, or correct the URLs where PORT or PUBLIC_URL have changed since."""
    url = f"{settings.PUBLIC_URL}/demo/"
    urls = {"callbacks": [url], "allowed_logout_urls": [url], "web_origins": [settings.PUBLIC_URL]}
    client = Client.objects.filter(client_id=CLIENT_ID).first()
    if client is None:
        make_client(
            actor=ACTOR,
            client_id=CLIENT_ID,
            name="Sample application",
            description="The one-page application of the demo",
            app_type=Client.Type.SINGLE_PAGE,
            **urls,
        )
    elif any(getattr(client, name) != value for name, value in urls.items()):
        edit_client(client, urls, actor=ACTOR)
