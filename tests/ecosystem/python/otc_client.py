"""openstacksdk with the services of the Open Telekom Cloud, and the plugin."""
import openstack
from otcextensions import sdk
from serve import serve

connection = openstack.connect()
sdk.register_otc_extensions(connection)
# By one of those: that of DNS, at OS_DNS_ENDPOINT_OVERRIDE, since the stand-in gives it no version document.
serve("otcextensions", lambda url: connection.dns.get(url).status_code)
