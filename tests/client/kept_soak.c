// Reads a kept token thousands of times a second, whatever the test does to the daemon and the IAM, and
// counts what must not happen. usage: kept_soak SOCKET
//
// SIGUSR1: report the token. SIGTERM: print the counts, and exit with 0 if nothing was wrong.
#include "client/tokenward.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/// A refused token may be seen so long after its report began; a thread may be kept from running meanwhile,
/// so that the clock is read before the token is.
enum { grace_ms = 100 };

struct soak {
    tokenward_client* client;
    tokenward_kept* kept;
    atomic_bool stopping;

    // Guarded by the mutex.
    pthread_mutex_t mutex;
    char fingerprint[TOKENWARD_FINGERPRINT_SIZE]; ///< of the last token read
    long long end;                                ///< the soonest at which it may have ended
    long long latest_end;                         ///< the latest
    char refused[TOKENWARD_FINGERPRINT_SIZE];
    long long refused_at;
    unsigned long reads, failures, tokens, expired, refused_seen, needless;
};

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void say(const char* what, unsigned long number) {
    printf("event=%s number=%lu\n", what, number);
    fflush(stdout);
}

/// A token that was not seen before: asks the daemon how long it lives.
static void meet(struct soak* soak, const char* fingerprint) {
    long long before = now_ms();
    tokenward_token* token = NULL;
    long long end = before, latest = before + 3600 * 1000LL;
    if (tokenward_get(soak->client, "ci", "eu-de", NULL, &token) == tokenward_ok) {
        if (strcmp(token->fingerprint, fingerprint) == 0) {
            end = before + token->expires_in * 1000;
            latest = now_ms() + (token->expires_in + 1) * 1000;
        }
        tokenward_token_free(token);
    }
    pthread_mutex_lock(&soak->mutex);
    memcpy(soak->fingerprint, fingerprint, sizeof soak->fingerprint);
    soak->end = end;
    soak->latest_end = latest;
    unsigned long number = ++soak->tokens;
    pthread_mutex_unlock(&soak->mutex);
    say("token", number);
}

/// Judges one read, which was begun at `begun`. Returns whether the token is a new one.
static bool judge(struct soak* soak, int error, const char* fingerprint, long long begun) {
    pthread_mutex_lock(&soak->mutex);
    bool known = strcmp(fingerprint, soak->fingerprint) == 0;
    bool refused = strcmp(soak->fingerprint, soak->refused) == 0;
    ++soak->reads;
    if (error != tokenward_ok) {
        ++soak->failures;
        if (!refused && now_ms() < soak->end) ++soak->needless;
    } else {
        if (known && begun >= soak->latest_end) ++soak->expired;
        bool late = begun > soak->refused_at + grace_ms;
        if (late && strcmp(fingerprint, soak->refused) == 0) ++soak->refused_seen;
    }
    pthread_mutex_unlock(&soak->mutex);
    return error == tokenward_ok && !known;
}

static void* read_on(void* argument) {
    struct soak* soak = argument;
    // It sets the rate of the reads, and nothing depends on its length. Without it the reads would leave the
    // threads of the library little time, most of all under valgrind, which runs one thread at a time.
    const struct timespec pause = {.tv_nsec = 100000};
    while (!atomic_load(&soak->stopping)) {
        char token[4096], fingerprint[TOKENWARD_FINGERPRINT_SIZE] = "";
        size_t size = 0;
        long long begun = now_ms();
        int error = tokenward_kept_get(soak->kept, token, sizeof token, &size, fingerprint);
        if (judge(soak, error, fingerprint, begun)) meet(soak, fingerprint);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void report(struct soak* soak) {
    static const char body[] = "{\"error_code\":\"APIG.0307\",\"error_msg\":\"The token must be updated.\"}";
    char refused[TOKENWARD_FINGERPRINT_SIZE];
    pthread_mutex_lock(&soak->mutex);
    memcpy(refused, soak->fingerprint, sizeof refused);
    memcpy(soak->refused, refused, sizeof refused);
    soak->refused_at = now_ms();
    pthread_mutex_unlock(&soak->mutex);
    int verdict = -1;
    int error = tokenward_report(soak->client, "ci", "eu-de", refused, 401, body, sizeof body - 1, 20000,
                                 &verdict, NULL);
    if (error != tokenward_ok) printf("event=no_verdict error=%s\n", tokenward_error_name(error));
    say("reported", (unsigned long)verdict);
}

static int sum_up(struct soak* soak) {
    printf("reads %lu, without a token %lu, tokens %lu; faults: expired %lu, refused %lu, needless failures "
           "%lu\n",
           soak->reads, soak->failures, soak->tokens, soak->expired, soak->refused_seen, soak->needless);
    return soak->expired + soak->refused_seen + soak->needless == 0 ? 0 : 1;
}

int main(int argc, char** argv) {
    static struct soak soak = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (argc != 2 || tokenward_open(argv[1], &soak.client) != tokenward_ok) return 2;
    if (tokenward_keep(soak.client, "ci", "eu-de", &soak.kept) != tokenward_ok) return 2;
    if (tokenward_kept_wait(soak.kept, 30000) != tokenward_ok) return 3;
    pthread_t reader;
    if (pthread_create(&reader, NULL, read_on, &soak) != 0) return 2;
    for (int number = 0; number != SIGTERM;) {
        sigwait(&signals, &number);
        if (number == SIGUSR1) report(&soak);
    }
    atomic_store(&soak.stopping, true);
    pthread_join(reader, NULL);
    tokenward_close(soak.client);
    return sum_up(&soak);
}
