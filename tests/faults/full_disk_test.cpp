// A file system that is really full: a small tmpfs holds the ledger, and somebody else's file takes what is left of it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "tests/scenarios/oracle.h"
#include "tests/scenarios/samples.h"

namespace yht::scenarios {
namespace {

using json::textMember;
using testing::IsEmpty;

// Room for the ledger's reserve and some hundred records.
constexpr const char* kTmpfsOptions = "size=96m,mode=0700";

/// This process and all it starts get mounts of their own. False: the machine does not let us.
bool ownMounts() {
    static const bool done =
        ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    return done;
}

class FullDisk : public testing::Test {
protected:
    void SetUp() override {
        if (!ownMounts()) GTEST_SKIP() << "no mount namespace may be made here: run as root";
        federation.emplace();
        ASSERT_EQ(0, ::mount("tmpfs", data().c_str(), "tmpfs", 0, kTmpfsOptions)) << std::strerror(errno);
    }
    void TearDown() override {
        if (federation) ::umount2(data().c_str(), MNT_DETACH);
    }
    std::string data() const { return federation->deployment() + "/data"; }
    std::string filler() const { return data() + "/of-somebody-else"; }
    /// Takes every byte that is free now.
    void fillUp() const {
        static const std::string block(4096, 'x');
        const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        while (::write(file, block.data(), block.size()) > 0) {
        }
        ::close(file);
    }
    std::string posted(PartnerClient& client, const std::string& ref) {
        const auto reply = client.post("/v1/records", appeal("zz-12315", ref));
        const auto document = reply.json();
        return std::to_string(reply.status) + (document.IsObject() ? " " + textMember(document, "code") : "");
    }
    /// Takes what is free, again and again: the gateway gives its reserve back first.
    void fillUntilRefused(PartnerClient& client) {
        int number = 0;
        Federation::waitUntil("a record finds no room", [&] {
            fillUp();
            return posted(client, "F-" + std::to_string(++number)) == "503 server.disk_full";
        });
    }
    std::optional<Federation> federation;
};

TEST_F(FullDisk, PartnersAreAnswered503AndReadersAreServedUntilThereIsRoomAgain) {
    federation->startProvince();
    federation->startGateway();
    auto client = federation->partner("hotline-12315");
    EXPECT_EQ("201 ", posted(client, "A-1").substr(0, 4));
    fillUntilRefused(client);
    EXPECT_EQ(200, client.get("/v1/checkpoint").status);
    EXPECT_EQ(0, federation->yht({"ledger", "verify"}).exit_code);
    std::filesystem::remove(filler());
    Federation::waitUntil("the gateway takes records again", [&] { return posted(client, "B-1").starts_with("20"); });
    EXPECT_EQ(0, federation->yht({"ledger", "verify"}).exit_code);
}

TEST_F(FullDisk, NothingAcknowledgedIsLostThoughTheGatewayIsKilledOnIt) {
    federation->startProvince();
    federation->startGateway();
    AcknowledgementLog log;
    CarefulPartners partners(*federation, log);
    Federation::waitUntil("something is acknowledged", [&] { return log.all().size() >= 10; });
    const std::string reserve = data() + "/ledger.db.reserve";
    ASSERT_TRUE(std::filesystem::exists(reserve));
    // Given back is the reserve once a commit has found no room.
    Federation::waitUntil("a commit finds no room", [&] {
        fillUp();
        return !std::filesystem::exists(reserve);
    });
    fillUp();
    federation->killGateway();
    std::filesystem::remove(filler());
    federation->startGateway();
    partners.stop();
    EXPECT_THAT(brokenPromises(*federation, log), IsEmpty());
}

}  // namespace
}  // namespace yht::scenarios
