curl '%public_url%/oauth/token' \
  --data-urlencode 'grant_type=authorization_code' \
  --data-urlencode 'client_id=%client_id%' \
  --data-urlencode 'redirect_uri=%callback%' \
  --data-urlencode code="$CODE" \
  --data-urlencode code_verifier="$VERIFIER"
