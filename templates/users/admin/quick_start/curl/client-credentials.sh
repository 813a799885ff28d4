curl '%public_url%/oauth/token' \
  --data-urlencode 'grant_type=client_credentials' \
  --data-urlencode 'client_id=%client_id%' \
  --data-urlencode client_secret="$CLIENT_SECRET" \
  --data-urlencode 'audience=%audience%'
