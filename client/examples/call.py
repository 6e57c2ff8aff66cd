#!/usr/bin/python3
"""Calls an API with a token of the daemon, through openstacksdk and the plugin: call.py IDENTITY SCOPE URL

A 401 is reported, and the call repeated once, by the plugin. With the same in clouds.yaml all that is needed is
`openstack.connect(cloud=…)`, and the services are at hand: `connection.compute.servers()`.
"""
import sys

import openstack
from keystoneauth1.exceptions import ClientException

identity, scope, url = sys.argv[1:]
auth = {"tokenward_identity": identity, "tokenward_scope": scope}
try:
    with openstack.connect(auth_type="tokenward", auth=auth) as connection:
        print(connection.session.get(url).text)
except ClientException as error:
    sys.exit(str(error))
