// A child process: started, asked, killed. Its output goes to a file that whoever fails can name.
// Uses: std. Used by: bench, the scenarios.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace yht::stage {

class Child {
public:
    Child() = default;
    /// Starts `command`; standard output and error are appended to `log`, `environment`
    /// ("NAME=value") is added to our own. Aborts where it can't; a program that is not there ends
    /// with exit code 127.
    Child(
        const std::vector<std::string>& command, const std::string& log,
        const std::vector<std::string>& environment = {}
    );
    ~Child() { kill(); }
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;

    bool running();
    /// SIGKILL, and waits until it is gone. Nothing where it is gone already.
    void kill();
    /// `signal`, and waits for the end: the exit code, or 128 + the signal that ended it; where it has ended already, how.
    int stop(int signal);
    void signal(int number);
    pid_t pid() const { return pid_; }

private:
    int wait();
    pid_t pid_ = -1;
    int exit_code_ = -1;  // where it has ended
};

struct Finished {
    int exit_code = 0;
    std::string output;  // standard output only
};
/// Runs to the end; standard error goes to `log`.
Finished runToEnd(const std::vector<std::string>& command, const std::string& log);

}  // namespace yht::stage
