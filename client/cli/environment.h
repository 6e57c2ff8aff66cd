// The environment variables that give other programs a token, and those that must not be set beside them.
#ifndef TOKENWARD_CLIENT_CLI_ENVIRONMENT_H
#define TOKENWARD_CLIENT_CLI_ENVIRONMENT_H

#include "client/cli/cli.h"

struct os_variable {
    const char* name; ///< NULL ends a list
    const char* value;
};

enum { os_variables_size = 12 };

/// Fills in the variables that the program of the command line `command` reads (environment_programs.h). For
/// NULL or a program that is not listed, those are what keystoneauth's plugin v3token (`openstack`,
/// openstacksdk), Terraform's providers and Swift's client read. The texts live as long as the token and the
/// run's arena. Asks the daemon for the URLs of the IAM and of the program's service. Returns an exit status,
/// with a message if it is not exit_done, also if the program can't use this token.
int describe_environment(struct cli* cli, const tokenward_token* token, char* const* command,
                         struct os_variable variables[os_variables_size]);

/// Whether an entry "NAME=value" of the environment names another login, IAM or scope, so that a program
/// could use that in place of the token.
bool contradicts_token(const char* entry);

#endif
