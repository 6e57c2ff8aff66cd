// The command line of each command.
#include "client/cli/cli.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void usage_error(struct cli* cli, const char* format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say("%s", text);
    if (cli->command != NULL)
        say("`tokenward %s --help` says more", cli->command->name);
    else
        say("`tokenward --help` says more");
    int status = cli->command != NULL ? cli->command->usage_status : 0;
    exit(status != 0 ? status : exit_usage);
}

const char* wrong_option(const struct cli* cli, char name[3]) {
    const char* next = optind < cli->argc ? cli->argv[optind] : "";
    // Within letters that are written together, getopt has not moved on to the next argument yet.
    bool together = optopt != 0 && next[0] == '-' && next[1] != '-' && strchr(next, optopt) != NULL;
    if (!together) return cli->argv[optind - 1];
    name[0] = '-';
    name[1] = (char)optopt;
    name[2] = '\0';
    return name;
}

int next_option(struct cli* cli, const char* short_options, const struct option* long_options) {
    for (;;) {
        int option = getopt_long(cli->argc, cli->argv, short_options, long_options, NULL);
        if (option == option_socket) {
            cli->socket = optarg;
            continue;
        }
        if (option == 'h') {
            struct tw_buffer out = {0};
            tw_buffer_append_text(&out, cli->command->help);
            exit(emit(&out));
        }
        if (option == ':') usage_error(cli, "%s needs a value", cli->argv[optind - 1]);
        char name[3];
        if (option == '?') usage_error(cli, "no such option: %s", wrong_option(cli, name));
        return option;
    }
}

long option_number(struct cli* cli, const char* option, long least, long most) {
    long value = 0;
    const char* at = optarg;
    for (; *at >= '0' && *at <= '9' && value <= (LONG_MAX - 9) / 10; ++at) value = value * 10 + (*at - '0');
    if (at == optarg || *at != '\0' || value < least || value > most)
        usage_error(cli, "%s takes a whole number from %ld to %ld, not \"%s\"", option, least, most, optarg);
    return value;
}

int option_choice(struct cli* cli, const char* option, const char* const* choices) {
    char list[128] = "";
    for (int i = 0; choices[i] != NULL; ++i) {
        if (strcmp(choices[i], optarg) == 0) return i;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : "|", choices[i]);
    }
    usage_error(cli, "%s takes %s, not \"%s\"", option, list, optarg);
}

void end_options(struct cli* cli, int operands) {
    int given = cli->argc - optind;
    if (given > operands)
        usage_error(cli, "%s; \"%s\" is too many",
                    operands == 1 ? "one [IDENTITY/]SCOPE only" : "options only, and nothing after them",
                    cli->argv[optind + operands]);
    if (given < operands) usage_error(cli, "which one? [IDENTITY/]SCOPE is missing");
    open_handle(cli);
}

void open_handle(struct cli* cli) {
    int error = tokenward_open(cli->socket, &cli->client);
    if (error == tokenward_ok) {
        tokenward_set_start_wait(cli->client, 0); // a person is told at once that there is no daemon
        return;
    }
    if (error == tokenward_error_invalid_argument)
        usage_error(cli, "the path of the socket is longer than 107 bytes");
    say("%s", tokenward_strerror(error));
    exit(cli->command->usage_status != 0 ? cli->command->usage_status : exit_broken);
}
