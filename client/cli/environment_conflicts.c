// Variables of the environment that must not stand beside a token.
#include "client/cli/environment.h"

#include <string.h>

/// Complete names.
static const char* const conflicting[] = {"DEFAULT_DOMAIN",
                                          "OS_ACCESS_KEY",
                                          "OS_CLOUD",
                                          "OS_ENDPOINT",
                                          "OS_METHODS",
                                          "OS_ENDPOINT_OVERRIDE",
                                          "OS_PASSCODE",
                                          "OS_PASSWORD",
                                          "OS_PROTOCOL",
                                          "OS_SECRET_KEY",
                                          "OS_SECURITY_TOKEN",
                                          "OS_SERVICE_TOKEN",
                                          "OS_STORAGE_URL",
                                          "OS_SYSTEM_SCOPE",
                                          "OS_TOKEN",
                                          "OS_TRUST_ID",
                                          "OS_URL",
                                          "OS_USER",
                                          "OS_USERNAME",
                                          "OS_USER_ID",
                                          "OS_DELEGATED_PROJECT",
                                          "OS_IDENTITY_API_VERSION"};

/// Beginnings of names.
static const char* const conflicting_prefixes[] = {"OS_ACCESS_TOKEN",
                                                   "OS_AGENCY_",
                                                   "OS_APPLICATION_CREDENTIAL_",
                                                   "OS_AUTH_",
                                                   "OS_CLIENT_ID",
                                                   "OS_CLIENT_SECRET",
                                                   "OS_DEFAULT_DOMAIN",
                                                   "OS_DISCOVERY_",
                                                   "OS_DOMAIN_",
                                                   "OS_IDENTITY_PROVIDER",
                                                   "OS_OAUTH",
                                                   "OS_OPENID_",
                                                   "OS_PROJECT_",
                                                   "OS_TENANT_",
                                                   "OS_USER_DOMAIN_",
                                                   "TOKENWARD_FINGERPRINT",
                                                   "TOKENWARD_HEADER_FILE"};

bool contradicts_token(const char* entry) {
    size_t size = strcspn(entry, "=");
    for (size_t i = 0; i < sizeof conflicting / sizeof *conflicting; ++i)
        if (strlen(conflicting[i]) == size && strncmp(entry, conflicting[i], size) == 0) return true;
    for (size_t i = 0; i < sizeof conflicting_prefixes / sizeof *conflicting_prefixes; ++i)
        if (strncmp(entry, conflicting_prefixes[i], strlen(conflicting_prefixes[i])) == 0) return true;
    return false;
}
