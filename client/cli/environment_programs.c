// The table of programs with their own variables. It was tested with the programs of Debian 12 and 13
// (tests/keystone).
#include "client/cli/environment_programs.h"

#include <stddef.h>
#include <string.h>

static const struct program programs[] = {
    {.name = "openstack", .type_variable = "OS_AUTH_TYPE"},
    {.name = "nova",
     .type_variable = "OS_AUTH_TYPE",
     .services = {"compute"},
     .endpoint_variable = "OS_ENDPOINT",
     .endpoint_option = "--os-endpoint",
     .needs_project = true},
    // Its option parser fails on OS_AUTH_TYPE=v3token, but accepts the older name.
    {.name = "cinder",
     .type_variable = "OS_AUTH_SYSTEM",
     .services = {"block-storage", "volumev3", "volume"},
     .endpoint_variable = "CINDER_ENDPOINT",
     .endpoint_option = "--os-endpoint",
     .needs_project = true},
    {.name = "neutron",
     .type_variable = "OS_AUTH_TYPE",
     .services = {"network"},
     .endpoint_variable = "OS_ENDPOINT",
     .endpoint_option = "--os-endpoint",
     .needs_scope = true,
     .drops_project = true},
    {.name = "glance",
     .services = {"image"},
     .endpoint_variable = "OS_IMAGE_URL",
     .endpoint_option = "--os-image-url"},
    {.name = "swift",
     .services = {"object-store"},
     .endpoint_variable = "OS_STORAGE_URL",
     .endpoint_option = "--os-storage-url"},
};

// OS_STORAGE_URL is for a Swift client that a shell or a script starts. Terraform's providers use a token as
// it is if no project is named beside it.
static const struct program any = {.type_variable = "OS_AUTH_TYPE",
                                   .services = {"object-store"},
                                   .endpoint_variable = "OS_STORAGE_URL",
                                   .drops_project = true};

const struct program* find_program(char* const* command) {
    if (command == NULL) return &any;
    const char* slash = strrchr(command[0], '/');
    const char* name = slash == NULL ? command[0] : slash + 1;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; ++i)
        if (strcmp(programs[i].name, name) == 0) return &programs[i];
    return &any;
}

bool names_endpoint(const struct program* program, char* const* command) {
    if (program->endpoint_option == NULL) return false;
    size_t size = strlen(program->endpoint_option);
    for (char* const* word = command; *word != NULL; ++word)
        if (strncmp(*word, program->endpoint_option, size) == 0) return true;
    return false;
}
