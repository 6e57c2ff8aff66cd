// Prints the length of a token and how long it lives: what a program in C needs to know of libtokenward.
// usage: get IDENTITY SCOPE
#include <tokenward.h>

#include <stdio.h>

int main(int argc, char** argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s IDENTITY SCOPE\n", argv[0]);
        return 2;
    }
    tokenward_client* client = NULL;
    tokenward_token* token = NULL;
    int error = tokenward_open(NULL, &client);
    if (error != tokenward_ok) {
        fprintf(stderr, "get: %s\n", tokenward_strerror(error));
        return 1;
    }
    error = tokenward_get(client, argv[1], argv[2], NULL, &token);
    if (error == tokenward_ok) {
        // A real program puts token->token into the header X-Auth-Token here.
        printf("%s for %s: %zu characters, %lld s left\n", token->identity, token->scope, token->token_size,
               token->expires_in);
        tokenward_token_free(token); // wipes it
    } else {
        const tokenward_problem* problem = tokenward_last_problem(client);
        fprintf(stderr, "get: %s: %s\n", problem->title, problem->detail);
    }
    tokenward_close(client);
    return error == tokenward_ok ? 0 : 1;
}
