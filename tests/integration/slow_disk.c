/* Preloaded: once the file that SLOW_DISK names is there, fsync() takes longer than anybody waits. */
#include <stdlib.h>
#include <unistd.h>

#include <sys/syscall.h>

__attribute__((visibility("default"))) int fsync(int fd) {
    const char* from_now_on = getenv("SLOW_DISK");
    if (from_now_on != NULL && access(from_now_on, F_OK) == 0) sleep(60);
    return (int)syscall(SYS_fsync, fd);
}
