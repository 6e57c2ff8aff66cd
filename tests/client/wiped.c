// Takes a token in every way there is, frees it, and looks for it in its own memory. usage: wiped SOCKET
//
// Prints how often it was found while it was held (so that the search is known to find it) and afterwards;
// exits with 0 if it was there first, and then nowhere.
#include "client/tokenward.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { sought_size = 32, sought_at = 24 };

/// A piece of the token, masked: the search must not find what it compares with.
struct sought {
    unsigned char masked[sought_size];
};
static const unsigned char mask = 0x5a;

static bool is_at(const struct sought* sought, const volatile unsigned char* at) {
    for (size_t i = 0; i < sought_size; ++i)
        if ((at[i] ^ mask) != sought->masked[i]) return false;
    return true;
}

/// How often it is in the memory that the program can write.
static int count(const struct sought* sought) {
    FILE* maps = fopen("/proc/self/maps", "r");
    char line[512];
    int found = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        void *from = NULL, *to = NULL;
        char mode[5] = "";
        if (sscanf(line, "%p-%p %4s", &from, &to, mode) != 3 || strncmp(mode, "rw", 2) != 0) continue;
        const volatile unsigned char* at = from;
        for (; at + sought_size <= (const volatile unsigned char*)to; ++at)
            if (is_at(sought, at)) ++found;
    }
    if (maps != NULL) fclose(maps);
    return found;
}

static bool get_and_free(tokenward_client* client, struct sought* sought, int* held) {
    tokenward_token* token = NULL;
    if (tokenward_get(client, "ci", "eu-de", NULL, &token) != tokenward_ok) return false;
    for (size_t i = 0; i < sought_size; ++i)
        sought->masked[i] = (unsigned char)token->token[sought_at + i] ^ mask;
    *held = count(sought);
    tokenward_token_free(token);
    return true;
}

static bool get_pending_and_free(tokenward_client* client) {
    tokenward_pending* pending = NULL;
    int error = tokenward_start_get(client, "ci", "eu-de", NULL, &pending);
    while (error == tokenward_ok && (error = tokenward_pending_advance(pending)) == tokenward_again)
        error = tokenward_ok;
    tokenward_token_free(tokenward_pending_token(pending));
    tokenward_pending_free(pending);
    return error == tokenward_ok;
}

static bool keep_and_end(tokenward_client* client) {
    tokenward_kept* kept = NULL;
    if (tokenward_keep(client, "ci", "eu-de", &kept) != tokenward_ok) return false;
    bool good = tokenward_kept_wait(kept, 30000) == tokenward_ok;
    tokenward_kept_end(kept);
    return good;
}

int main(int argc, char** argv) {
    tokenward_client* client = NULL;
    static struct sought sought;
    int held = 0;
    if (argc != 2 || tokenward_open(argv[1], &client) != tokenward_ok) return 2;
    bool good = get_and_free(client, &sought, &held);
    int after_get = count(&sought);
    good = good && get_pending_and_free(client);
    int after_pending = count(&sought);
    good = good && keep_and_end(client);
    tokenward_close(client);
    int at_the_end = count(&sought);
    printf("held %d, after a get %d, after a pending one %d, at the end %d\n", held, after_get, after_pending,
           at_the_end);
    return good && held > 0 && after_get + after_pending + at_the_end == 0 ? 0 : 1;
}
