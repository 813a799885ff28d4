import os
from urllib.parse import urlencode

from auth0.authentication import GetToken

DOMAIN = "%host%"
CLIENT_ID = "%client_id%"
CALLBACK = "%callback%"


def sign_in_url(state: str) -> str:
    """Send the user here. Store `state`, a random text, in their session."""
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "audience": "%audience%",
        "scope": "%scope%",
        "state": state,
    }
    return f"https://{DOMAIN}/authorize?{urlencode(query)}"


def get_tokens(code: str) -> dict:
    """Call this for the callback URL, once its `state` is that of the session."""
    client = GetToken(DOMAIN, CLIENT_ID, client_secret=os.environ["CLIENT_SECRET"])
    return client.authorization_code(code, CALLBACK)
