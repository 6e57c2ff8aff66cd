// Programs that have ways of their own to be told of a token.
#ifndef TOKENWARD_CLIENT_CLI_ENVIRONMENT_PROGRAMS_H
#define TOKENWARD_CLIENT_CLI_ENVIRONMENT_PROGRAMS_H

#include <stdbool.h>

enum { program_services_size = 4 };

/// A program is told either to exchange the token for another at the IAM, as keystoneauth's plugin v3token
/// does, or to use the token as it is, at an address that it is given.
struct program {
    const char* name;          ///< NULL: any that is not listed
    const char* type_variable; ///< where it reads how to log in; NULL: it uses every token as it is
    /// What it calls, as the catalog may have it, the first that is there; then NULL.
    const char* services[program_services_size];
    const char* endpoint_variable; ///< where it reads the address of that; NULL: it can only exchange
    const char* endpoint_option;   ///< how it is told of the address on its command line
    bool needs_project;            ///< it refuses to work for a domain or for nothing
    bool needs_scope;              ///< it refuses to work for nothing
    bool drops_project;            ///< it fails on a project beside a token that it is to use as it is
};

/// The one that the command line `command`, NULL-terminated, starts; NULL: no command. Never NULL.
const struct program* find_program(char* const* command);

/// Whether the command line itself says where the service is.
bool names_endpoint(const struct program* program, char* const* command);

#endif
