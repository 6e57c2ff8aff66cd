// See process.hpp.
#include "tests/support/process.hpp"

#include "tests/support/output_audit.hpp"
#include "tests/support/system_error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
extern "C" {
#include <sys/pidfd.h>
}
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace tokenward::support {

namespace {

struct pipe_pair {
    unique_fd read;
    unique_fd write;
};

pipe_pair make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe2");
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment(const process_options& options) {
    std::vector<std::string> result;
    for (char** entry = environ; options.inherit_env && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!options.env.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
    }
    for (const auto& [name, value] : options.env)
        result.push_back(std::string(name).append("=").append(value));
    return result;
}

/// What the child needs between fork and exec, where nothing may be allocated.
struct child_plan {
    std::vector<char*> argv;
    std::vector<char*> env;
    const char* directory; ///< null = stay
    int in, out, err;
    int failed; ///< closed by a successful exec; else gets errno
    pid_t parent;
};

[[noreturn]] void become(const child_plan& plan) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != plan.parent) ::_exit(127); // it died before the prctl
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(plan.in, STDIN_FILENO);
    ::dup2(plan.out, STDOUT_FILENO);
    ::dup2(plan.err, STDERR_FILENO);
    if (plan.directory == nullptr || ::chdir(plan.directory) == 0)
        ::execvpe(plan.argv[0], plan.argv.data(), plan.env.data());
    const int error = errno;
    [[maybe_unused]] const auto told = ::write(plan.failed, &error, sizeof error);
    ::_exit(127);
}

} // namespace

process::process(std::vector<std::string> argv, process_options options)
    : x_name(argv.at(0)), x_prints_secrets(options.prints_secrets), x_stop(::eventfd(0, EFD_CLOEXEC)) {
    spawn(argv, options);
    x_collector = std::thread([this] { collect(); });
}

void process::spawn(const std::vector<std::string>& argv, const process_options& options) {
    auto in = make_pipe(), out = make_pipe(), err = make_pipe(), failed = make_pipe();
    auto arguments = argv;
    auto variables = environment(options);
    const child_plan plan{pointers(arguments),
                          pointers(variables),
                          options.directory.empty() ? nullptr : options.directory.c_str(),
                          in.read.get(),
                          out.write.get(),
                          err.write.get(),
                          failed.write.get(),
                          ::getpid()};
    if (::write(in.write.get(), options.input.data(), options.input.size()) !=
        static_cast<ssize_t>(options.input.size()))
        throw std::runtime_error("the input of " + x_name + " does not fit into a pipe");
    x_pid = ::fork();
    if (x_pid < 0) throw_errno("fork");
    if (x_pid == 0) become(plan);
    failed.write.reset();
    int error = 0;
    if (::read(failed.read.get(), &error, sizeof error) == sizeof error) {
        ::waitpid(x_pid, nullptr, 0);
        throw_errno("can't start " + x_name, error);
    }
    x_pidfd = unique_fd(::pidfd_open(x_pid, 0));
    x_out.pipe = std::move(out.read);
    x_err.pipe = std::move(err.read);
}

process::~process() {
    ::kill(-x_pid, SIGKILL);
    ::waitpid(x_pid, nullptr, 0);
    ::eventfd_write(x_stop.get(), 1);
    x_collector.join();
    if (!x_prints_secrets) output_audit::instance().add(x_name + " stdout", x_out.text);
    output_audit::instance().add(x_name + " stderr", x_err.text);
}

void process::collect() {
    std::array<pollfd, 3> watched{pollfd{x_out.pipe.get(), POLLIN, 0}, pollfd{x_err.pipe.get(), POLLIN, 0},
                                  pollfd{x_stop.get(), POLLIN, 0}};
    std::array<char, 65536> buffer;
    const std::array streams{&x_out, &x_err};
    bool stopping = false;
    while (!stopping && (watched[0].fd >= 0 || watched[1].fd >= 0)) {
        ::poll(watched.data(), watched.size(), -1);
        stopping = watched[2].revents != 0;
        for (std::size_t i = 0; i < streams.size(); ++i) {
            if (watched[i].revents == 0) continue;
            const auto size = ::read(watched[i].fd, buffer.data(), buffer.size());
            const std::lock_guard lock(x_mutex);
            if (size > 0)
                streams[i]->text.append(buffer.data(), static_cast<std::size_t>(size));
            else
                watched[i].fd = -1; // poll ignores it from now on
            x_changed.notify_all();
        }
    }
    const std::lock_guard lock(x_mutex);
    x_ended = true;
    x_changed.notify_all();
}

std::optional<std::string> process::next_line(captured& from, std::string_view text) const {
    for (auto start = from.seen; start < from.text.size();) {
        const auto end = from.text.find('\n', start);
        if (end == std::string::npos) return std::nullopt;
        std::string line = from.text.substr(start, end - start);
        start = end + 1;
        if (line.find(text) == std::string::npos) continue;
        from.seen = start;
        return line;
    }
    return std::nullopt;
}

std::string process::wait_for_line(std::string_view text, milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::unique_lock lock(x_mutex);
    for (;;) {
        if (auto line = next_line(x_out, text)) return *line;
        if (auto line = next_line(x_err, text)) return *line;
        if (x_ended || x_changed.wait_until(lock, deadline) == std::cv_status::timeout)
            throw std::runtime_error(x_name + (x_ended ? " ended" : " ran on") + " without a line with \"" +
                                     std::string(text) + "\"\n" + all_output());
    }
}

int process::wait_exit(milliseconds limit) {
    if (x_status) return *x_status;
    const auto start = std::chrono::steady_clock::now();
    pollfd end{x_pidfd.get(), POLLIN, 0};
    while (::poll(&end, 1, remaining_ms(start, limit)) < 0 && errno == EINTR) {
    }
    siginfo_t info{};
    // Looked at and not reaped: until the destructor has killed the group, its number must not become
    // another's.
    ::waitid(P_PIDFD, static_cast<id_t>(x_pidfd.get()), &info, WEXITED | WNOHANG | WNOWAIT);
    if (info.si_pid != x_pid) {
        const std::lock_guard lock(x_mutex);
        throw std::runtime_error(x_name + " has not ended\n" + all_output());
    }
    x_status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    // A descendant may hold the pipes open for good: it gets a moment, and then what has come is all.
    std::unique_lock lock(x_mutex);
    x_changed.wait_for(lock, std::min(limit, milliseconds{2000}), [this] { return x_ended; });
    return *x_status;
}

bool process::running() const {
    pollfd end{x_pidfd.get(), POLLIN, 0};
    return !x_status && ::poll(&end, 1, 0) == 0;
}

void process::signal(int number) const {
    if (!x_status) ::kill(x_pid, number);
}

std::string process::out() const {
    const std::lock_guard lock(x_mutex);
    return x_out.text;
}

std::string process::err() const {
    const std::lock_guard lock(x_mutex);
    return x_err.text;
}

std::string process::all_output() const {
    const std::string out = x_prints_secrets ? "[not shown: secrets]\n" : x_out.text;
    return "its stdout:\n" + out + "its stderr:\n" + x_err.text;
}

finished run(std::vector<std::string> argv, process_options options, std::chrono::milliseconds limit) {
    process child(std::move(argv), std::move(options));
    const int status = child.wait_exit(limit);
    return {status, child.out(), child.err()};
}

} // namespace tokenward::support
