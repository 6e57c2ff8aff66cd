// Programs that read other variables than keystoneauth's plugins.
#ifndef TOKENWARD_CLIENT_CLI_ENVIRONMENT_PROGRAMS_H
#define TOKENWARD_CLIENT_CLI_ENVIRONMENT_PROGRAMS_H

#include <stdbool.h>

enum { program_services_size = 4 };

/// A program either exchanges the token for another one at the IAM, as keystoneauth's plugin v3token does, or
/// uses the token as it is, at a URL that it is given.
struct program {
    const char* name;          ///< NULL = any program that is not listed
    const char* type_variable; ///< selects the way to log in; NULL = it always uses the token as it is
    /// The types that its service may have in the catalog, in order of preference; then NULL.
    const char* services[program_services_size];
    const char* endpoint_variable; ///< the URL of its service; NULL = it can only exchange the token
    const char* endpoint_option;   ///< its option for that URL
    bool needs_project;            ///< it fails with a token for a domain, or an unscoped one
    bool needs_scope;              ///< it fails with an unscoped token
    bool drops_project;            ///< it fails if a project is named beside a token that it uses as it is
};

/// The program that `command`, a NULL-terminated command line or NULL, starts. Never NULL.
const struct program* find_program(char* const* command);

/// Whether the command line has the option with the URL of the service.
bool names_endpoint(const struct program* program, char* const* command);

#endif
