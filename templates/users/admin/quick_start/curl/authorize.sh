VERIFIER=$(openssl rand -hex 32)
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '=')
echo '%authorize_url%'"&code_challenge=$CHALLENGE"
# Open this URL in a browser and sign in. The callback URL then ends with ?code=...
