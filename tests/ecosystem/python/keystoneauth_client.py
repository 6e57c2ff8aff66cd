"""keystoneauth with the plugin."""
from keystoneauth1.session import Session
from keystoneauth_tokenward import Tokenward
from serve import serve

session = Session(auth=Tokenward(tokenward_scope="eu-de", tokenward_identity="ci"))
serve("keystoneauth1", lambda url: session.get(url).status_code)
