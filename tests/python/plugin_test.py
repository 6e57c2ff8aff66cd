#!/usr/bin/python3
"""The keystoneauth plugin in the real keystoneauth1 and openstacksdk, with the daemon and the IAM stand-in."""
import json
import os
import signal
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import world

try:
    import keystoneauth1.exceptions
    import openstack
    from keystoneauth1 import loading
    from keystoneauth1.plugin import AUTH_INTERFACE
    from keystoneauth1.session import Session
except ImportError as missing:
    world.skip_without(missing.name, "python3-openstackclient")

import keystoneauth_tokenward
import package_test
import trouble_test
from keystoneauth_tokenward import Tokenward

COMPUTE = {"service_type": "compute"}


class PluginTest(world.Test):
    """A stand-in, a daemon and, with `plugin`, a plugin of it."""

    settings = {}

    def setUp(self):
        super().setUp()
        self.standin = self.stand_in(**self.settings)
        self.tokenward = self.daemon(self.standin)

    def plugin(self, **options):
        given = {"tokenward_identity": "ci", "tokenward_scope": "eu-de", "tokenward_socket": self.tokenward.socket}
        return Tokenward(**{**given, **options})

    def session(self, **options):
        return Session(auth=self.plugin(**options))

    def renew(self):
        """Another token at the daemon, of which the plugin has not been told."""
        answer = self.tokenward.ask("POST", "/v1/tokens/ci/eu-de/renew", "")
        self.assertEqual(answer.status, 200, answer.json)
        return answer.json["token"]


class Tokens(PluginTest):
    def test_the_plugin_has_the_daemon_s_token_and_what_the_iam_says_of_it(self):
        session = self.session()
        self.assertEqual(session.get_token(), self.tokenward.token())
        access = session.auth.get_access(session)
        self.assertEqual((access.username, access.project_name), (world.USER, "eu-de"))
        self.assertEqual(session.get_project_id(), access.project_id)
        self.assertEqual(session.get_user_id(), access.user_id)

    def test_endpoints_are_those_of_the_catalog(self):
        session = self.session()
        url = session.get_endpoint(skip_discovery=True, **COMPUTE)
        self.assertTrue(url.startswith(f"{self.standin.url}/service/compute/"), url)
        with self.assertRaises(keystoneauth1.exceptions.EndpointNotFound):
            session.get_endpoint(service_type="no-such-service")

    def test_the_iam_s_own_address_is_known_without_an_auth_url(self):
        self.assertEqual(
            self.session().get_endpoint(interface=AUTH_INTERFACE, skip_discovery=True), f"{self.standin.url}/v3")  # fmt: skip

    def test_the_iam_s_own_address_is_the_daemon_s_where_no_catalog_tells_it(self):
        self.tokenward.change(lambda identity: identity.update(catalog=False))
        session = self.session()
        self.assertFalse(session.auth.get_access(session).has_service_catalog())
        self.assertEqual(
            session.get_endpoint(interface=AUTH_INTERFACE, skip_discovery=True), f"{self.standin.url}/v3")  # fmt: skip
        self.assertIsNone(self.plugin(tokenward_identity="nobody")._daemon.auth_url("nobody"))

    def test_a_scope_can_be_spelled_out(self):
        session = self.session(tokenward_scope=f"domain:{world.DOMAIN}")
        self.assertEqual(session.auth.get_access(session).domain_name, world.DOMAIN)

    def test_nothing_can_be_kept_in_a_cache_of_others(self):
        plugin = self.plugin()
        plugin.get_token(None)
        self.assertIsNone(plugin.get_cache_id())
        self.assertIsNone(plugin.get_auth_state())

    def test_a_token_that_lives_long_enough_is_not_asked_for_again(self):
        session = self.session()
        token = session.get_token()
        self.assertNotEqual(self.renew(), token)
        self.assertEqual(session.get_token(), token)

    def test_min_ttl_asks_for_a_new_token_and_is_refused_when_none_lives_so_long(self):
        self.standin.control("set", {"lifetime": 3600})
        session = self.session(tokenward_min_ttl="3700")
        self.tokenward.ask("POST", "/v1/tokens/ci/eu-de/renew", "")
        with self.assertRaises(keystoneauth_tokenward.RefusedByDaemon) as caught:
            session.get_token()
        self.assertEqual((caught.exception.http_status, caught.exception.code), (400, "bad_request"))
        self.assertIn("live 3600 s", str(caught.exception))


class ShortTokens(PluginTest):
    settings = {"lifetime": 100}

    def test_a_token_near_its_end_is_asked_for_before_each_use(self):
        session = self.session()
        session.get_token()
        self.assertEqual(self.renew(), session.get_token())


class IamWithAClockBehind(PluginTest):
    settings = {"clock_offset": -50_000, "lifetime": 40_000}

    def test_a_life_is_counted_from_the_daemon_s_word_and_not_by_the_time_of_day(self):
        session = self.session()
        token = session.get_token()
        self.assertTrue(session.auth.auth_ref.will_expire_soon(0), "by the time of day it is over")
        self.renew()
        self.assertEqual(session.get_token(), token)


class Refusals(PluginTest):
    def test_a_revoked_token_is_reported_and_the_call_repeated_with_a_new_one(self):
        session = self.session()
        self.assertEqual(session.get("/servers", endpoint_filter=COMPUTE).json(), {"ok": True})
        before = session.get_token()
        self.standin.revoke()
        self.assertEqual(session.get("/servers", endpoint_filter=COMPUTE).json(), {"ok": True})
        self.assertNotIn(before, (session.get_token(), self.tokenward.token()))
        self.assertEqual(self.standin.logins(), 2)

    def test_a_service_that_refuses_every_token_costs_two_logins_and_is_not_asked_for_ever(self):
        session = self.session()
        with self.assertLogs("keystoneauth_tokenward", "WARNING") as logged:
            for _ in range(5):
                with self.assertRaises(keystoneauth1.exceptions.Unauthorized):
                    session.get(f"{self.standin.url}/service/wrong-region/servers")
        self.assertIn("ci/eu-de: a service refused the token, and a new one would not help", logged.output[0])
        self.assertEqual(self.standin.logins(), 2)
        self.assertEqual(session.get("/servers", endpoint_filter=COMPUTE).status_code, 200)

    def test_a_good_token_is_not_given_up_for_the_old_one_that_another_thread_saw_refused(self):
        session, other = self.session(), ThreadPoolExecutor(1)
        self.addCleanup(other.shutdown)
        old = other.submit(session.get_token).result(world.PATIENCE)
        self.assertEqual(session.get_token(), old)
        self.standin.revoke()
        self.assertTrue(session.invalidate())
        new = session.get_token()
        self.assertTrue(other.submit(session.invalidate).result(world.PATIENCE), "there is a newer one to try")
        self.assertEqual((session.get_token(), self.tokenward.token()), (new, new))

    def test_twenty_threads_cost_one_login_and_one_more_after_a_revocation(self):
        session = self.session()
        threads, ready = 20, threading.Barrier(21, timeout=world.PATIENCE)

        def work(_):
            session.get_token()
            ready.wait()  # all have the same token
            ready.wait()  # it is revoked
            return session.get("/servers", endpoint_filter=COMPUTE).status_code

        with ThreadPoolExecutor(threads) as pool:
            answers = pool.map(work, range(threads))
            ready.wait()
            self.standin.revoke()
            ready.wait()
            self.assertEqual(list(answers), [200] * threads)
        self.assertEqual(self.standin.logins(), 2)

    def test_invalidate_without_a_token_is_nothing_to_repeat_a_call_for(self):
        self.assertFalse(self.plugin().invalidate())


class Processes(PluginTest):
    def test_a_child_forked_while_another_thread_waits_for_a_token_gets_one(self):
        session = self.session()
        with session.auth._guard:  # as that thread would hold it
            child = os.fork()
            if child == 0:
                signal.alarm(world.PATIENCE)
                os._exit(0 if session.get_token() else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)

    def test_a_restarted_daemon_is_asked_again(self):
        session = self.session(tokenward_min_ttl=100_000)
        self.standin.control("set", {"lifetime": 110_000})
        self.tokenward.stop(signal.SIGKILL)
        self.tokenward.start()
        self.assertEqual(session.get_token(), self.tokenward.token())


class Identities(PluginTest):
    def setUp(self):
        super().setUp()
        cleared = {key: value for key, value in os.environ.items() if not key.startswith(("TOKENWARD_", "OS_"))}
        environment = mock.patch.dict(os.environ, {**cleared, "TOKENWARD_SOCKET": self.tokenward.socket}, clear=True)
        environment.start()
        self.addCleanup(environment.stop)

    def test_the_only_identity_need_not_be_named_nor_the_socket_of_the_environment(self):
        plugin = Tokenward("eu-de")
        self.assertEqual((plugin.get_token(None), plugin.identity), (self.tokenward.token(), "ci"))

    def test_the_environment_names_one(self):
        with mock.patch.dict(os.environ, {"TOKENWARD_IDENTITY": "nobody"}):
            with self.assertRaises(keystoneauth1.exceptions.NotFound) as caught:
                Tokenward("eu-de").get_token(None)
        self.assertIn("nobody/eu-de", str(caught.exception))

    def test_one_of_several_must_be_named_and_the_error_lists_them(self):
        self.tokenward.stop()
        self.tokenward = self.daemon(self.standin, identities=("ci", "deploy"))
        with self.assertRaises(keystoneauth_tokenward.WhichIdentity) as caught:
            Tokenward("eu-de").get_token(None)
        self.assertIn("you may use ci, deploy: set tokenward_identity", str(caught.exception))


class Loading(PluginTest):
    def test_openstacksdk_takes_it_from_clouds_yaml(self):
        clouds = os.path.join(self.folder, "clouds.yaml")
        auth = {"tokenward_identity": "ci", "tokenward_scope": "eu-de", "tokenward_socket": self.tokenward.socket}
        with open(clouds, "w", encoding="utf-8") as file:
            json.dump({"clouds": {"otc": {"auth_type": "tokenward", "auth": auth}}}, file)
        others = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        with mock.patch.dict(os.environ, {**others, "OS_CLIENT_CONFIG_FILE": clouds}, clear=True):
            with openstack.connect(cloud="otc") as connection:
                self.assertEqual(connection.auth_token, self.tokenward.token())
                access = connection.session.auth.get_access(connection.session)
                self.assertEqual((connection.current_project_id, access.project_name), (access.project_id, "eu-de"))
                self.assertEqual(connection.session.get("/servers", endpoint_filter=COMPUTE).json(), {"ok": True})

    def test_every_option_becomes_a_flag_that_can_be_nobody_else_s(self):
        options = loading.get_plugin_options("tokenward")
        self.assertEqual([option.name for option in options if not option.name.startswith("tokenward-")], [])
        self.assertEqual({option.dest for option in options},
                         {f"tokenward_{name}" for name in ("identity", "scope", "socket", "min_ttl", "timeout")})  # fmt: skip

    def test_options_of_others_are_put_up_with_and_wrong_ones_of_ours_are_not(self):
        loader = loading.get_plugin_loader("tokenward")
        plugin = loader.load_from_options(tokenward_scope="eu-de", auth_url="x", project_id="y")
        self.assertIsInstance(plugin, Tokenward)
        for wrong in ({}, {"tokenward_scope": ""}, {"tokenward_scope": "s", "tokenward_min_ttl": "soon"},
                      {"tokenward_scope": "s", "tokenward_timeout": -1}, {"tokenward_scope": "s", "tokenward_timeout": 0}):  # fmt: skip
            with self.subTest(wrong), self.assertRaises(keystoneauth1.exceptions.OptionError):
                loader.load_from_options(**wrong)


def load_tests(loader, tests, _pattern):
    tests.addTests(loader.loadTestsFromModule(module) for module in (trouble_test, package_test))
    return tests


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
