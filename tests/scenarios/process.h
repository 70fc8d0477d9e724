// A child process of a test: started, asked, killed. Its output goes to a file that a failing test names.
// Uses: std. Used by: federation.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace yht::scenarios {

class Process {
public:
    Process() = default;
    /// Starts `command`; standard output and error are appended to `log`. Aborts the test where it can't.
    Process(const std::vector<std::string>& command, const std::string& log);
    ~Process() { kill(); }
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;

    bool running();
    /// SIGKILL, and waits until it is gone. Nothing where it is gone already.
    void kill();
    /// `signal`, and waits for the end: the exit code, or 128 + the signal that ended it.
    int stop(int signal);
    void signal(int number);
    pid_t pid() const { return pid_; }

private:
    int wait();
    pid_t pid_ = -1;
};

struct Finished {
    int exit_code = 0;
    std::string output;  // standard output only
};
/// Runs to the end; standard error goes to `log`.
Finished runToEnd(const std::vector<std::string>& command, const std::string& log);

}  // namespace yht::scenarios
