// Preloaded into a program: a name service in a test's hands. $SLOW_NAMES is a folder.
//
// A look-up of the user NAME waits as long as there is a file hang-NAME, and then finds the number in the
// file user-NAME; without that file it is the system's. The name of a uid is in name-UID, and waits for
// hang-UID.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int path_of(char* path, size_t size, const char* kind, const char* name) {
    const char* folder = getenv("SLOW_NAMES");
    return folder != NULL && snprintf(path, size, "%s/%s-%s", folder, kind, name) < (int)size;
}

static void hang(const char* name) {
    char path[4096];
    if (!path_of(path, sizeof path, "hang", name)) return;
    // Polls: a look-up hangs as long as the test wants, and inotify would open descriptors in the daemon
    // under test.
    while (access(path, F_OK) == 0) usleep(2000);
}

/// The first line of a file; 0 = there is none.
static int read_word(const char* kind, const char* name, char* word, size_t size) {
    char path[4096];
    FILE* file = path_of(path, sizeof path, kind, name) ? fopen(path, "re") : NULL;
    if (file == NULL) return 0;
    int good = fgets(word, (int)size, file) != NULL;
    fclose(file);
    if (good) word[strcspn(word, "\n")] = '\0';
    return good;
}

static int fill(struct passwd* entry, char* buffer, size_t size, const char* name, unsigned uid) {
    if (strlen(name) >= size) return ERANGE;
    strcpy(buffer, name);
    *entry = (struct passwd){.pw_name = buffer, .pw_uid = uid, .pw_gid = uid};
    return 0;
}

int getpwnam_r(const char* name, struct passwd* entry, char* buffer, size_t size, struct passwd** found) {
    static int (*systems)(const char*, struct passwd*, char*, size_t, struct passwd**);
    if (systems == NULL) *(void**)&systems = dlsym(RTLD_NEXT, "getpwnam_r");
    char word[64];
    hang(name);
    if (!read_word("user", name, word, sizeof word)) return systems(name, entry, buffer, size, found);
    int failure = fill(entry, buffer, size, name, (unsigned)strtoul(word, NULL, 10));
    *found = failure == 0 ? entry : NULL;
    return failure;
}

int getpwuid_r(uid_t uid, struct passwd* entry, char* buffer, size_t size, struct passwd** found) {
    static int (*systems)(uid_t, struct passwd*, char*, size_t, struct passwd**);
    if (systems == NULL) *(void**)&systems = dlsym(RTLD_NEXT, "getpwuid_r");
    char word[64];
    char number[16];
    snprintf(number, sizeof number, "%u", uid);
    hang(number);
    if (!read_word("name", number, word, sizeof word)) return systems(uid, entry, buffer, size, found);
    int failure = fill(entry, buffer, size, word, uid);
    *found = failure == 0 ? entry : NULL;
    return failure;
}
