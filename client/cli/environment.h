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
/// and Swift's client read, or what the program reads that `command` starts (environment_programs.h); NULL:
/// it is not known which. The texts live as long as the token and the run's arena. Asks the daemon where the
/// IAM and the program's service are. Returns an exit status, with a message if it isn't exit_done: also if
/// the program can do nothing with this token.
int describe_environment(struct cli* cli, const tokenward_token* token, char* const* command,
                         struct os_variable variables[os_variables_size]);

/// Whether an entry "NAME=value" of the environment says who logs in, where or for what: beside a token it
/// would contradict it, or make a program use something else.
bool contradicts_token(const char* entry);

#endif
