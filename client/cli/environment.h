// The environment in which other programs find the token, and what must not stand beside it.
#ifndef TOKENWARD_CLIENT_CLI_ENVIRONMENT_H
#define TOKENWARD_CLIENT_CLI_ENVIRONMENT_H

#include "client/cli/cli.h"

struct os_variable {
    const char* name; ///< NULL ends a list
    const char* value;
};

enum { os_variables_size = 12 };

/// Fills in what keystoneauth's plugin v3token (the command `openstack`, openstacksdk), Terraform's providers
/// and Swift's client read. The texts live as long as the token and the run's arena. Asks the daemon where
/// the IAM is; returns an exit status, with a message if it isn't exit_done.
int describe_environment(struct cli* cli, const tokenward_token* token,
                         struct os_variable variables[os_variables_size]);

/// Whether an entry "NAME=value" of the environment says who logs in, where or for what: beside a token it
/// would contradict it, or make a program use something else.
bool contradicts_token(const char* entry);

#endif
