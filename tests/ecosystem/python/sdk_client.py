"""openstacksdk, whose variables name the plugin, or v3token and a token (`tokenward run`)."""
import openstack
from serve import serve

connection = openstack.connect()
serve("openstacksdk", lambda url: connection.session.get(url).status_code)
