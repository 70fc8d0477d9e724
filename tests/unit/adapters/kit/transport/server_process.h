// A server of the system as a child of the test: its directory, its process, gone with it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace yht::kit {

class TestDirectory {
public:
    TestDirectory();
    ~TestDirectory();
    TestDirectory(const TestDirectory&) = delete;
    TestDirectory& operator=(const TestDirectory&) = delete;
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Runs to its end. Throws std::runtime_error where it does not succeed.
void runCommand(const std::vector<std::string>& arguments);

class ServerProcess {
public:
    /// Waits until the port takes connections. Throws std::runtime_error where the process ends before.
    /// Requires: called by a thread that outlives it, for the process is killed with that thread.
    ServerProcess(const std::vector<std::string>& arguments, std::uint16_t port, const std::string& log);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

private:
    pid_t pid_ = -1;
};

std::string readText(const std::string& path);
void writeText(const std::string& path, const std::string& text);

}  // namespace yht::kit
