#include "tools/stage/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "gateway/base/assert.h"

namespace yht::stage {
namespace {

/// In the child: never returns.
[[noreturn]] void execute(
    const std::vector<std::string>& command, int out, int err,
    const std::vector<std::string>& environment
) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // who is killed leaves no servers behind
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const auto& setting : environment) ::putenv(const_cast<char*>(setting.c_str()));
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
}

int openLog(const std::string& log) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    YHT_ASSERT(file >= 0);
    return file;
}

int exitCodeOf(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Child::Child(
    const std::vector<std::string>& command, const std::string& log,
    const std::vector<std::string>& environment
) {
    const int file = openLog(log);
    pid_ = ::fork();
    YHT_ASSERT(pid_ >= 0);
    if (pid_ == 0) execute(command, file, file, environment);
    ::close(file);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

Child& Child::operator=(Child&& other) noexcept {
    kill();
    pid_ = std::exchange(other.pid_, -1);
    exit_code_ = other.exit_code_;
    return *this;
}

bool Child::running() {
    if (pid_ < 0) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
    pid_ = -1;
    exit_code_ = exitCodeOf(status);
    return false;
}

void Child::kill() {
    if (pid_ >= 0) stop(SIGKILL);
}

void Child::signal(int number) {
    if (pid_ >= 0) ::kill(pid_, number);
}

int Child::stop(int number) {
    if (pid_ < 0) return exit_code_;
    ::kill(pid_, number);
    return wait();
}

int Child::wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return exitCodeOf(status);
}

Finished runToEnd(const std::vector<std::string>& command, const std::string& log) {
    int pipe[2];
    YHT_ASSERT(::pipe2(pipe, O_CLOEXEC) == 0);
    const int file = openLog(log);
    const pid_t pid = ::fork();
    YHT_ASSERT(pid >= 0);
    if (pid == 0) execute(command, pipe[1], file, {});
    ::close(pipe[1]);
    ::close(file);
    Finished finished;
    char buffer[65'536];
    for (ssize_t got = 0; (got = ::read(pipe[0], buffer, sizeof buffer)) > 0;) {
        finished.output.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    finished.exit_code = exitCodeOf(status);
    return finished;
}

}  // namespace yht::stage
