import os

from auth0.authentication import GetToken

client = GetToken("%host%", "%client_id%", client_secret=os.environ["CLIENT_SECRET"])
token = client.client_credentials("%audience%")["access_token"]
