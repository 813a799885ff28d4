curl '%public_url%/userinfo' --header "Authorization: Bearer $ACCESS_TOKEN"
