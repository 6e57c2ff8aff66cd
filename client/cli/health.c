// tokenward health: for the probes of containers and load balancers.
#include "client/cli/cli.h"

const char health_help[] = "Usage: tokenward health [OPTION]...\n"
                           "\n"
                           "Prints in one line whether the daemon is alive; with --ready, whether it has a\n"
                           "token for every configured scope.\n"
                           "\n"
                           "  -r, --ready        ready, not only alive\n"
                           "      --max-wait S   give up after S seconds (default 3)\n"
                           "      --socket PATH  the daemon's socket\n"
                           "\n"
                           "Exit status: 0 it is, 1 it is not or does not answer, 2 wrong command line.\n"
                           "\n"
                           "Example: HEALTHCHECK CMD [\"tokenward\", \"health\", \"--ready\"]\n";

int run_health(struct cli* cli) {
    static const struct option options[] = {
        {"ready", no_argument, NULL, 'r'}, {"max-wait", required_argument, NULL, 'w'}, COMMON_OPTIONS};
    bool ready = false;
    long max_wait = 3;
    for (int option; (option = next_option(cli, ":rh", options)) != -1;) {
        if (option == 'r') ready = true;
        if (option == 'w') max_wait = option_number(cli, "--max-wait", 1, 3600);
    }
    end_options(cli, 0);
    const struct api_request request = {"GET", ready ? "/readyz" : "/healthz", NULL, (int)max_wait * 1000};
    struct tw_buffer out = {0};
    int error = ask_daemon(cli, &request, NULL);
    if (error != tokenward_ok) {
        // One line, and always 1: probes take other statuses for errors of their own.
        const tokenward_problem* problem = last_problem(cli);
        say("%s", *problem->detail != '\0' ? problem->detail : problem->title);
        return 1;
    }
    tw_buffer_append_text(&out, ready ? "ready\n" : "alive\n");
    return emit(&out);
}
