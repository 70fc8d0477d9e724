// The binary itself: killed at once after its answer, it still has what it answered for.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/unit/tools/province-sim/province_client.h"

namespace yht {
namespace {

using namespace test;

/// A running province-sim; the ports come from its port files.
class Process {
public:
    explicit Process(const std::string& name) : base_((sharedPki().directory() / name).string()) {
        const auto files = sharedPki().province();
        const std::string sender = "XZ43020001:HX430201:" + sharedPki().gateway().certificate;
        for (const char* tail : {".port", ".control"}) std::filesystem::remove(base_ + tail);
        pid_ = fork();
        if (pid_ == 0) {
            execl(
                YHT_PROVINCE_SIM, "province-sim", "--cert", files.certificate.c_str(), "--key",
                files.private_key.c_str(), "--ca", files.ca.c_str(), "--sender", sender.c_str(),
                "--data", (base_ + ".sqlite").c_str(), "--port-file", (base_ + ".port").c_str(),
                "--control-port-file", (base_ + ".control").c_str(), nullptr
            );
            _exit(127);
        }
        waitForPorts();
    }
    ~Process() { end(SIGKILL); }

    /// The wait status.
    int end(int signal) {
        int status = 0;
        if (pid_ <= 0) return status;
        kill(pid_, signal);
        waitpid(pid_, &status, 0);
        pid_ = 0;
        return status;
    }
    std::uint16_t port() const { return port_; }

private:
    void waitForPorts() {
        while (!std::filesystem::exists(base_ + ".control")) {
            if (waitpid(pid_, nullptr, WNOHANG) == pid_)
                FAIL() << "province-sim ended at its start";
            std::this_thread::yield();
        }
        std::ifstream(base_ + ".port") >> port_;
    }

    const std::string base_;
    pid_t pid_ = 0;
    std::uint16_t port_ = 0;
};

TEST(ProvinceProcess, HasWhatItAnsweredForAfterAKill) {
    const base::SystemClock clock;
    ProvinceClient client(sharedPki().gateway(), clock);
    // Of the same test before, where it is repeated.
    for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove((sharedPki().directory() / "killed.sqlite").string() + tail);
    std::string number;
    {
        Process province("killed");
        client.connectTo(province.port());
        number = client.push({appealRecord("1", "T1")}).recordMember(0, "SJBH");
        EXPECT_TRUE(WIFSIGNALED(province.end(SIGKILL)));
    }
    Process province("killed");
    client.connectTo(province.port());
    const auto again = client.push({appealRecord("1", "T1"), assignmentRecord("2", "T1")});
    EXPECT_EQ("3001 0", again.recordCodes());
    EXPECT_EQ(number, again.recordMember(1, "SJBH"));
}

TEST(ProvinceProcess, EndsCleanlyOnSigterm) {
    Process province("ended");
    const int status = province.end(SIGTERM);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(0, WEXITSTATUS(status));
}

}  // namespace
}  // namespace yht
