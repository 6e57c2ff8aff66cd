// Calls a service with a token, and once more with a new one should the service refuse it.
// usage: with_token IDENTITY SCOPE COMMAND [ARG…], where COMMAND plays the service: it reads the token from
// its standard input and prints a status and a body.
#include <tokenward.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// What with_token() wants to see of an answer.
struct answer {
    int status = 0;
    std::string body;
};

[[noreturn]] void become(int in, int out, char** command) {
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    for (int fd : {in, out}) close(fd);
    execvp(command[0], command);
    _exit(127);
}

/// A real program sends an HTTP request here, with the token in its header X-Auth-Token.
answer call_service(const tokenward::token& token, char** command) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) throw std::runtime_error("no pipe");
    pid_t child = fork();
    if (child == 0) {
        close(to[1]);
        close(from[0]);
        become(to[0], from[1], command);
    }
    close(to[0]);
    close(from[1]);
    if (write(to[1], token.c_str(), token.value().size()) < 0) std::perror("write");
    close(to[1]);
    answer said;
    char bytes[4096];
    for (ssize_t count; (count = read(from[0], bytes, sizeof bytes)) > 0;)
        said.body.append(bytes, static_cast<std::size_t>(count));
    close(from[0]);
    waitpid(child, nullptr, 0);
    said.status = static_cast<int>(std::strtol(said.body.c_str(), nullptr, 10));
    said.body.erase(0, said.body.find(' ') + 1);
    return said;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr, "usage: %s IDENTITY SCOPE COMMAND [ARG...]\n", argv[0]);
        return 2;
    }
    try {
        tokenward::client client;
        answer said = tokenward::with_token(client, argv[1], argv[2], [&](const tokenward::token& token) {
            return call_service(token, argv + 3);
        });
        std::printf("%d %s\n", said.status, said.body.c_str());
        return said.status < 400 ? 0 : 1;
    } catch (const tokenward::error& problem) {
        std::fprintf(stderr, "with_token: %s: %s\n", problem.name(), problem.what());
        return 1;
    }
}
