// What `tokenward request --help` says: the command prints it without the helper.
#ifndef TOKENWARD_CLIENT_CLI_REQUEST_HELP_H
#define TOKENWARD_CLIENT_CLI_REQUEST_HELP_H

#define TOKENWARD_REQUEST_HELP                                                                               \
    "Usage: tokenward request [OPTION]... METHOD URL|SERVICE/PATH\n"                                         \
    "\n"                                                                                                     \
    "Calls a service with the token of --scope, and prints the answer's body. If the\n"                      \
    "service refuses the token, the refusal is reported and the call made once more.\n"                      \
    "The token is sent only to hosts of the catalog, over TLS or to this machine,\n"                         \
    "and no redirect is followed.\n"                                                                         \
    "\n"                                                                                                     \
    "  -s, --scope [IDENTITY/]SCOPE  whose token; else $TOKENWARD_SCOPE\n"                                   \
    "  -d, --data BODY|@FILE|@-      the body, JSON unless -H says otherwise\n"                              \
    "  -H, --header 'NAME: VALUE'    another field of the request\n"                                         \
    "  -i, --include                 print the answer's head too\n"                                          \
    "  -o, --output FILE             print to a file\n"                                                      \
    "      --interface NAME, --region NAME  which endpoint of SERVICE\n"                                     \
    "      --cacert FILE             the CAs of the service; else $OS_CACERT\n"                              \
    "      --max-time S              give up after S seconds (default 300)\n"                                \
    "      --anywhere                let the token go to any host, also without TLS\n"                       \
    "      --socket PATH             the daemon's socket\n"                                                  \
    "\n"                                                                                                     \
    "Exit status: 0 answered, 22 answered 4xx or 5xx (as curl -f), 7 no answer; or as\n"                     \
    "`tokenward --help` says.\n"                                                                             \
    "Example: tokenward request -s ci/eu-de GET compute/servers/detail\n"

#endif
